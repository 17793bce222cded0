/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/test/bench/'],
  transform: {
    '^.+\\.(t|j|m)sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Packages that ship ES modules only are transformed; everything else in node_modules is left as it is.
  transformIgnorePatterns: [
    '/node_modules/(?!(?:.*/)?(?:commander|jose|oauth4webapi|@seriousme|selfsigned|@peculiar|[a-z-]*proxy-agent[a-z-]*|agent-base)/)',
  ],
  // The module that the Azure Functions worker builds in: tests get the host's stand-in.
  moduleNameMapper: { '^@azure/functions-core$': '<rootDir>/test/support/functions-core.ts' },
  testSequencer: '<rootDir>/test/support/sequencer.js',
  testTimeout: 30_000,
};
