// @ts-check
'use strict';
const { deterministic } = require('./deterministic.cjs');
const { fileName } = require('./file-name.cjs');

/** Lint rules of this project alone. Each is tested in test/architecture. */
module.exports = {
  meta: { name: 'caretaker', version: '1.0.0' },
  rules: { deterministic, 'file-name': fileName },
};
