const { default: Sequencer } = require('@jest/test-sequencer');

/** Tests that take longest, by a part of their path. Begun first, none of them is what everybody waits for in the end. */
const longest = [
  '.browser.',
  'test/e2e/',
  'test/chaos/',
  'openapi.fuzz',
  'test/runbooks/library/faults',
  'test/backup/',
];

/** Order of the suites on a machine that has not run them before and so does not know how long each takes. */
module.exports = class extends Sequencer {
  sort(tests) {
    const known = super.sort(tests);
    const rank = ({ path }) => {
      const at = longest.findIndex((part) => path.includes(part));
      return at === -1 ? longest.length : at;
    };
    return [...known].sort((left, right) => rank(left) - rank(right));
  }
};
