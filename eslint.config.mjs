// @ts-check
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import caretaker from './lint/index.cjs';

/**
 * Code that is replayed, or that decides. Beside the files named by role these are the generators that orchestrators are
 * made of, the kernel's part in them, and the runbooks, whose plans and verdicts are pure.
 */
const replayed = [
  '**/orchestrator.ts',
  '**/*.orchestrator.ts',
  '**/plan.ts',
  '**/contract.ts',
  '**/model.ts',
  'src/run/carry-out.ts',
  'src/run/account.ts',
  'src/kernel/activity.ts',
  'src/kernel/waiting.ts',
  'src/runbooks/machine-health.ts',
  'src/runbooks/*/index.ts',
];

const nodeGlobals = Object.fromEntries(
  ['console', 'process', 'URL', 'Buffer', 'setTimeout', 'clearTimeout', 'fetch', 'AbortSignal'].map((name) => [
    name,
    'readonly',
  ]),
);
const browserGlobals = Object.fromEntries(['document', 'localStorage', 'matchMedia'].map((name) => [name, 'readonly']));
const commonJsGlobals = { module: 'writable', require: 'readonly', __dirname: 'readonly', __filename: 'readonly' };

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name: a name is the same everywhere and can be searched for.',
};
const noEnum = {
  selector: 'TSEnumDeclaration',
  message:
    'Use a union of string literals (with a const object where values are needed); an enum is neither type nor data.',
};

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      'dist/',
      'coverage/',
      '.caretaker/',
      'infra/',
      'test/fixtures/',
      'test/bench/peers/',
      // Function apps in plain JavaScript, written as a stranger would write them.
      'test/bench/*/app/',
      'test/conformance/apps/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },

  js.configs.recommended,
  {
    plugins: { caretaker },
    rules: {
      'caretaker/file-name': 'error',
      'max-lines': ['error', { max: 500 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': ['error', { destructuring: 'all', ignoreReadBeforeAssign: true }],
      curly: ['error', 'multi-line'],
      // Readers of untrusted text look for control characters on purpose.
      'no-control-regex': 'off',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: nodeGlobals } },
  {
    files: ['**/*.cjs', '**/*.js'],
    ignores: ['src/console/**'],
    languageOptions: { sourceType: 'commonjs', globals: { ...nodeGlobals, ...commonJsGlobals } },
  },
  {
    // Runs before the page is drawn, as it is.
    files: ['src/console/public/*.js'],
    languageOptions: { sourceType: 'script', globals: browserGlobals },
  },

  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, noEnum],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: false } },
        { selector: ['typeAlias', 'class'], format: ['PascalCase'] },
      ],
      // Promises are made by functions that must keep an interface; that they need not wait says nothing against them.
      '@typescript-eslint/require-await': 'off',
      // Interfaces are written with methods and kept by closures, which may be taken apart; the rule cannot tell them apart.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },

  {
    // Lines are written by one log, which a test can replace.
    files: ['functions/**/*.ts', 'src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/telemetry/console-log.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // What is deployed gets the environment handed in, once, and checked (src/config).
    files: ['functions/**/*.ts', 'src/**/*.ts'],
    ignores: ['functions/index.ts', 'src/cli/**', 'src/local/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Take it from the configuration: only src/config knows the environment.' },
      ],
    },
  },

  {
    // What is read and pressed in a browser. Its types know the DOM (src/console/tsconfig.json).
    files: ['src/console/**/*.ts', 'src/console/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error' },
  },

  {
    files: replayed,
    ignores: ['src/local/**', 'src/console/**', 'test/**'],
    rules: { 'caretaker/deterministic': 'error' },
  },

  {
    // Tests say what they expect; that a value is there is part of the expectation, and doubles need not be complete.
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['describe', 'test', 'it'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({
            object,
            property,
            message:
              'No focused and no skipped test; where one cannot run everywhere, disable this rule with the reason.',
          })),
        ),
      ],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // `Promise.all` over what may be missing is how many callers at once are made.
      '@typescript-eslint/await-thenable': 'off',
      // Modules without types, or loaded anew.
      '@typescript-eslint/no-require-imports': 'off',
      'no-loss-of-precision': 'off',
    },
  },
);
