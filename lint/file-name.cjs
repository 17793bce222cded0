// @ts-check
'use strict';
const { basename, dirname, relative, sep } = require('node:path');

/** @import { Rule } from 'eslint' */

const kebab = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Names that say nothing about what is inside, alone or as the last word. `common-alert` is a word of the field and fine. */
const saysNothing = /^common$|(?:^|-)(?:utils?|helpers?)$/;

/** @type {Rule.RuleModule} */
const fileName = {
  meta: {
    type: 'problem',
    docs: { description: 'file and folder names are kebab-case and say what is inside' },
    schema: [],
    messages: {
      kebab: '`{{name}}` is not kebab-case: small letters and digits, words joined by hyphens, roles behind a dot.',
      saysNothing: '`{{name}}` says nothing about what is inside: name the thing that it is about.',
    },
  },
  create(context) {
    return {
      Program(node) {
        const path = relative(context.cwd, context.filename);
        const folders = dirname(path) === '.' ? [] : dirname(path).split(sep);
        const parts = basename(path)
          .replace(/\.[a-z]+$/, '')
          .split('.');
        for (const name of [...folders, ...parts].filter((one) => one !== '' && one !== '..')) {
          const messageId = saysNothing.test(name) ? 'saysNothing' : kebab.test(name) ? undefined : 'kebab';
          if (messageId !== undefined) {
            context.report({ node, loc: { line: 1, column: 0 }, messageId, data: { name } });
          }
        }
      },
    };
  },
};

module.exports = { fileName };
