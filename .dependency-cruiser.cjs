// @ts-check
/**
 * Who may import whom. The direction is functions -> src/<domain> -> ports <- adapters; everyone may speak the kernel.
 * test/architecture plants a violation of every rule and sees it found, so no rule here can be a dead letter.
 *
 * Imports of types count everywhere: what a file names it has to be changed with.
 */

/** Folders of src that are no domain: the language, the world's side of it, the composition roots, what is never deployed. */
const notDomains = 'kernel|ports|adapters|cli|local|console';
const domain = `^src/(?!(?:${notDomains})/)([^/]+)/`;

/**
 * Files that are replayed or only decide, by role, and the parts that orchestrators are made of (src/run, src/kernel). In the
 * first group: the folder. One expression, because groups of a list of expressions are numbered through.
 */
const roles = 'orchestrator|plan|model|contract|carry-out|account|activity|waiting';
const pure = `^src/(?!local/|adapters/|console/)([^/]+)/.*(?<=[./])(?:${roles})[.]ts$`;

const ciphers = '^src/stacks/(?:hpke|sealed-plan)[.]ts$';

const sdk = '(?:^|/)node_modules/(?:@azure|@azure-rest|@cloudflare|cloudflare)(?:/|$)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Files that need each other are one thing: join them, or move what both need below them. A circle that a type closes is let pass: it is gone when the code runs, and a class and what it is made of may name each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan',
      comment: 'Nobody imports it and it imports nobody: delete it.',
      severity: 'error',
      from: { orphan: true, pathNot: '[.]d[.]ts$' },
      to: {},
    },
    {
      name: 'resolvable',
      comment:
        'The import leads nowhere. @azure/functions-core is provided by the Functions worker and is on no registry.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@azure/functions-core$' },
    },
    {
      name: 'declared-packages',
      comment: 'The package is in node_modules by luck: another package brings it. Put it into package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'What is deployed imports what is not installed there. The local platform and the command line run in a checkout and are never deployed; of the console, what is built of it is.',
      severity: 'error',
      from: { path: '^(?:functions|src)/', pathNot: '^src/(?:local|cli|console)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'Everyone speaks the kernel, so it may know nobody.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^(?:src|functions|test)/', pathNot: '^src/kernel/' },
    },
    {
      name: 'ports-speak-the-domain',
      comment:
        'A port says what a domain needs, in its words: it may name the kernel and models, nothing that does anything.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { path: '^(?:src|functions|test)/', pathNot: ['^src/(?:ports|kernel)/', `${domain}model[.]ts$`] },
    },
    {
      name: 'domains-through-the-front-door',
      comment:
        'What a domain offers is its index.ts. Its model.ts may be taken by files that must stay pure, and by ports: they need the schema, and not the activities that an index brings along.',
      severity: 'error',
      from: { path: '^(?:src|functions)/([^/]+)/', pathNot: [pure, '^src/(?:ports|console)/'] },
      to: { path: domain, pathNot: ['^src/[^/]+/index[.]ts$', '^src/$1/'] },
    },
    {
      name: 'pure-files-take-models',
      comment: 'As for everyone else, and a model beside: see domains-through-the-front-door.',
      severity: 'error',
      from: { path: pure },
      to: { path: domain, pathNot: ['^src/[^/]+/(?:index|model)[.]ts$', '^src/$1/'] },
    },
    {
      name: 'doors-through-the-front-door',
      comment: 'The doors and commands take what a domain or an adapter offers: its index.ts.',
      severity: 'error',
      from: { path: '^functions/|^src/(?:cli|local)/' },
      to: { path: `${domain}|^src/adapters/`, pathNot: '^src/(?:adapters/)?[^/]+/index[.]ts$' },
    },
    {
      name: 'domains-know-no-adapter',
      comment: 'A domain knows ports. Adapters are put in their place by functions/compose.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:adapters|cli|local|console)/' },
      to: { path: '^src/(?:adapters|cli|local)/|^functions/|^test/' },
    },
    {
      name: 'adapters-know-no-domain',
      comment: 'An adapter knows the port that it fills, and no other adapter.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/', pathNot: '^src/adapters/durable/' },
      to: { path: '^src/|^functions/|^test/', pathNot: ['^src/(?:kernel|ports)/', '^src/adapters/$1/'] },
    },
    {
      name: 'durable-knows-the-guard-alone',
      comment:
        "The guard's state lives in an entity, which only the durable client can read, so this adapter decodes it.",
      severity: 'error',
      from: { path: '^src/adapters/durable/' },
      to: {
        path: '^src/|^functions/|^test/',
        pathNot: ['^src/(?:kernel|ports|adapters/durable)/', '^src/guard/index[.]ts$'],
      },
    },
    {
      name: 'sdks-in-adapters',
      comment:
        'Only adapters import an SDK. Exceptions have their own rules: functions-at-the-doors, credentials-at-the-roots.',
      severity: 'error',
      from: { path: '^(?:functions|src)/', pathNot: '^src/(?:adapters|local)/' },
      to: { path: sdk, pathNot: '(?:^|/)node_modules/@azure/(?:functions|identity)/' },
    },
    {
      name: 'functions-at-the-doors',
      comment:
        'Requests and responses of Azure Functions are handled at the doors: functions/ registers, src/operator answers.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:operator|adapters|local)/' },
      to: { path: '(?:^|/)node_modules/@azure/functions/' },
    },
    {
      name: 'operator-takes-types',
      comment: 'The operator API names requests and responses; it registers nothing.',
      severity: 'error',
      from: { path: '^src/operator/' },
      to: { path: sdk, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'credentials-at-the-roots',
      comment: 'Who we are is decided where the parts are put together: functions/foundation.ts and the commands.',
      severity: 'error',
      from: { path: '^(?:functions|src)/', pathNot: '^functions/foundation[.]ts$|^src/(?:adapters|cli|local)/' },
      to: { path: '(?:^|/)node_modules/@azure/identity/' },
    },
    {
      name: 'pure-reaches-no-adapter',
      comment:
        'Over however many files: an orchestrator, plan, model or contract must not bring an adapter or a door along.',
      severity: 'error',
      from: { path: pure },
      to: { path: '^src/(?:adapters|local|cli|config|telemetry|operator)/|^functions/', reachable: true },
    },
    {
      name: 'pure-reaches-no-sdk',
      comment: 'Over however many files: no SDK where decisions are made and replayed.',
      severity: 'error',
      from: { path: pure },
      to: { path: sdk, reachable: true },
    },
    {
      name: 'pure-reaches-no-builtin',
      comment:
        'Over however many files: no file, network, process or clock of Node. node:crypto is judged by hashing-in-one-place.',
      severity: 'error',
      from: { path: pure },
      to: { path: ['^(?:node:)?[a-z_/]+$', ciphers], pathNot: '^(?:node:)?crypto$', reachable: true },
    },
    {
      name: 'hashing-in-one-place',
      comment:
        'Hashing is a pure function, randomness is not, and both are node:crypto. kernel/hash.ts takes the one and is safe to reach from anywhere. What encrypts needs the other, and no pure file may reach it.',
      severity: 'error',
      from: {
        path: '^(?:functions|src)/',
        pathNot: ['^src/(?:adapters|local|cli)/', '^src/kernel/hash[.]ts$', ciphers],
      },
      to: { path: '^(?:node:)?crypto$' },
    },
    {
      name: 'pure-imports-no-activity',
      comment: 'An orchestrator knows the contract of an activity, never its code.',
      severity: 'error',
      from: { path: pure },
      to: { path: '/activities[.]ts$' },
    },
    {
      name: 'console-talks-to-the-api',
      comment:
        'The console runs in a browser and calls the operator API: what it takes from the server are types, so that the compiler sees when an answer changes.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^(?:src|functions|test)/', pathNot: '^src/console/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-through-the-front-door',
      comment: 'Types of answers are those of the operator API and of what a domain offers.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: {
        path: '^(?:src|functions|test)/',
        pathNot: ['^src/console/', '^src/operator/[^/]+[.]ts$', `${domain}index[.]ts$`],
      },
    },
    {
      name: 'console-is-built-apart',
      comment: 'The console is bundled for a browser; the function app serves its files and knows none of its code.',
      severity: 'error',
      from: { path: '^(?:src|functions)/', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'host-runs-any-app',
      comment: 'The local host runs any function app, so it knows nothing of this one.',
      severity: 'error',
      from: { path: '^src/local/host/' },
      to: { path: '^(?:src|functions|test)/', pathNot: '^src/local/host/' },
    },
    {
      name: 'cloud-is-a-stranger',
      comment: 'The local cloud is known over the wire alone: sharing code with it would hide our own mistakes.',
      severity: 'error',
      from: { path: '^src/local/cloud/' },
      to: { path: '^(?:src|functions|test)/', pathNot: '^src/local/cloud/' },
    },
    {
      name: 'local-is-never-deployed',
      comment: 'Only the command line starts the local platform; the function app must not carry it.',
      severity: 'error',
      from: { path: '^(?:functions|src)/', pathNot: '^src/(?:cli|local)/' },
      to: { path: '^src/local/', reachable: true },
    },
    {
      name: 'doors-are-not-imported',
      comment: 'functions/ is the root: it puts together and is known by nobody.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^functions/' },
    },
    {
      name: 'no-test-code',
      comment: 'Tests import the code and never the other way round.',
      severity: 'error',
      from: { path: '^(?:functions|src)/' },
      to: { path: '^test/|[.]test[.]ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|src/console/public)/|[.]css$' },
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'require', 'types', 'default'] },
  },
};
