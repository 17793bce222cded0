/** A small tree in which everything is as it should be, of the same shape as the real one. */
export const sound: Record<string, string> = {
  'functions/index.ts': "import { compose } from './compose';\ncompose();\n",
  'functions/compose.ts':
    "import { app } from '@azure/functions';\nimport { one } from '../src/one';\nimport { readConfig } from '../src/config';\nimport { answer } from '../src/operator';\nimport { credential } from './foundation';\nexport const compose = () => [app, credential, one, readConfig, answer];\n",
  'functions/foundation.ts':
    "import { ManagedIdentityCredential } from '@azure/identity';\nimport { azure } from '../src/adapters/azure';\nexport const credential = [ManagedIdentityCredential, azure];\n",
  'src/kernel/errors.ts': "import { sha256 } from './hash';\nexport const errors = sha256;\n",
  'src/kernel/hash.ts': "import { createHash } from 'node:crypto';\nexport const sha256 = createHash;\n",
  'src/ports/machines.ts':
    "import type { Model } from '../one/model';\nimport { errors } from '../kernel/errors';\nexport type Machines = Model;\nexport const port = errors;\n",
  'src/adapters/azure/index.ts':
    "import { BlobClient } from '@azure/storage-blob';\nimport { port } from '../../ports/machines';\nimport { inner } from './inner';\nexport const azure = [BlobClient, port, inner];\n",
  'src/adapters/azure/inner.ts': "import { errors } from '../../kernel/errors';\nexport const inner = errors;\n",
  'src/adapters/durable/index.ts': "import { guard } from '../../guard';\nexport const durable = guard;\n",
  'src/guard/index.ts': "export { guard } from './plan';\n",
  'src/guard/plan.ts': "import { errors } from '../kernel/errors';\nexport const guard = errors;\n",
  'src/guard/model.ts': "import { errors } from '../kernel/errors';\nexport const guardModel = errors;\n",
  'src/config/index.ts': "import { errors } from '../kernel/errors';\nexport const readConfig = errors;\n",
  'src/operator/index.ts':
    "import type { HttpRequest } from '@azure/functions';\nimport { one } from '../one';\nexport const answer = (_request: HttpRequest) => one;\n",
  'src/one/index.ts':
    "export { orchestrate } from './orchestrator';\nexport { one } from './activities';\nexport type { Model } from './model';\n",
  'src/one/model.ts': "import { guardModel } from '../guard/model';\nexport type Model = typeof guardModel;\n",
  'src/one/contract.ts': "import type { Model } from './model';\nexport type Contract = Model;\n",
  'src/one/orchestrator.ts':
    "import { EntityId } from 'durable-functions';\nimport type { Contract } from './contract';\nimport { guard } from '../guard';\nexport const orchestrate = (_contract: Contract) => [EntityId, guard];\n",
  'src/one/activities.ts':
    "import type { Machines } from '../ports/machines';\nimport type { Contract } from './contract';\nexport const one = (_machines: Machines, _contract: Contract) => 1;\n",
  'src/local/host/index.ts': "import { createServer } from 'node:http';\nexport const host = createServer;\n",
  'src/local/cloud/index.ts': "import { generate } from 'selfsigned';\nexport const cloud = generate;\n",
  'src/console/main.tsx':
    "import { render } from 'preact';\nimport { model } from './pages/model';\nimport './style.css';\nimport type { Model } from '../one';\nimport type { answer } from '../operator/now';\nexport const main = [render, model];\nexport type Shown = [Model, typeof answer];\n",
  'src/console/pages/model.ts': "import { signal } from '@preact/signals';\nexport const model = signal;\n",
  'src/console/style.css': 'body {\n  margin: 0;\n}\n',
  'src/operator/now.ts': "import { one } from '../one';\nexport const answer = one;\n",
  'src/cli/main.ts':
    "import { host } from '../local/host';\nimport { cloud } from '../local/cloud';\nimport { durable } from '../adapters/durable';\nexport const main = [host, cloud, durable];\n",
};

/** One way to break the rules. No two plants write the same file, so that all can stand in one tree. */
export interface Plant {
  readonly files: Record<string, string>;
  /** Everything that must be found, and nothing else. */
  readonly found: readonly string[];
}

export const plants: Record<string, Plant> = {
  'two files that need each other': {
    files: {
      'src/two/first.ts': "import { second } from './second';\nexport const first = () => second;\n",
      'src/two/second.ts': "import { first } from './first';\nexport const second = () => first;\n",
    },
    found: ['no-cycle: src/two/first.ts -> src/two/second.ts'],
  },
  'a circle that only a type closes': {
    files: {
      'src/circle/first.ts':
        "import { second } from './second';\nexport const first = () => second;\nexport type First = typeof first;\n",
      'src/circle/second.ts': "import type { First } from './first';\nexport const second = (_first: First) => 2;\n",
    },
    found: [],
  },
  'a file that nobody knows': {
    files: { 'src/two/alone.ts': 'export const alone = 1;\n' },
    found: ['no-orphan: src/two/alone.ts -> src/two/alone.ts'],
  },
  'an import that leads nowhere': {
    files: { 'src/two/lost.ts': "import './nowhere';\n" },
    found: ['resolvable: src/two/lost.ts -> ./nowhere'],
  },
  'a package that another one brought along': {
    files: { 'src/two/lucky.ts': "import 'long';\n" },
    found: ['declared-packages: src/two/lucky.ts -> long'],
  },
  'a package that is not installed where we run': {
    files: { 'src/two/tested.ts': "import 'fast-check';\n" },
    found: ['no-dev-dependency: src/two/tested.ts -> fast-check'],
  },
  'a kernel that knows a domain': {
    files: { 'src/kernel/knowing.ts': "import '../one';\n" },
    found: ['kernel-stands-alone: src/kernel/knowing.ts -> src/one/index.ts'],
  },
  'a port that knows what a domain does': {
    files: { 'src/ports/knowing.ts': "import '../one';\nimport '../one/activities';\nimport '../one/model';\n" },
    found: [
      'ports-speak-the-domain: src/ports/knowing.ts -> src/one/index.ts',
      'ports-speak-the-domain: src/ports/knowing.ts -> src/one/activities.ts',
    ],
  },
  "another domain's insides": {
    files: { 'src/two/curious.ts': "import '../one/activities';\nimport '../guard/model';\nimport '../one';\n" },
    found: [
      'domains-through-the-front-door: src/two/curious.ts -> src/one/activities.ts',
      'domains-through-the-front-door: src/two/curious.ts -> src/guard/model.ts',
    ],
  },
  "a pure file and another domain's insides": {
    files: { 'src/two/plan.ts': "import '../guard/plan';\nimport '../guard/model';\nimport '../guard';\n" },
    found: ['pure-files-take-models: src/two/plan.ts -> src/guard/plan.ts'],
  },
  'doors and commands that reach inside': {
    files: {
      'functions/curious.ts': "import '../src/adapters/azure/inner';\n",
      'src/cli/curious.ts': "import '../one/activities';\n",
    },
    found: [
      'doors-through-the-front-door: functions/curious.ts -> src/adapters/azure/inner.ts',
      'doors-through-the-front-door: src/cli/curious.ts -> src/one/activities.ts',
      'domains-through-the-front-door: src/cli/curious.ts -> src/one/activities.ts',
    ],
  },
  'a domain that knows an adapter': {
    files: { 'src/two/direct.ts': "import '../adapters/azure';\n" },
    found: ['domains-know-no-adapter: src/two/direct.ts -> src/adapters/azure/index.ts'],
  },
  'an adapter that knows a domain, and one that knows another adapter': {
    files: { 'src/adapters/azure/knowing.ts': "import '../../one';\nimport '../durable';\n" },
    found: [
      'adapters-know-no-domain: src/adapters/azure/knowing.ts -> src/one/index.ts',
      'adapters-know-no-domain: src/adapters/azure/knowing.ts -> src/adapters/durable/index.ts',
    ],
  },
  'the durable adapter and more than the guard': {
    files: { 'src/adapters/durable/knowing.ts': "import '../../guard';\nimport '../../one';\n" },
    found: ['durable-knows-the-guard-alone: src/adapters/durable/knowing.ts -> src/one/index.ts'],
  },
  'an SDK in a domain, as a value and as a type': {
    files: {
      'src/two/vendor.ts': "import 'cloudflare';\n",
      'src/two/typed.ts': "import type { BlobClient } from '@azure/storage-blob';\nexport type Blob = BlobClient;\n",
    },
    found: [
      'sdks-in-adapters: src/two/vendor.ts -> cloudflare',
      'sdks-in-adapters: src/two/typed.ts -> @azure/storage-blob',
    ],
  },
  'a domain that is a door': {
    files: { 'src/two/door.ts': "import '@azure/functions';\n" },
    found: ['functions-at-the-doors: src/two/door.ts -> @azure/functions'],
  },
  'an operator API that registers': {
    files: { 'src/operator/door.ts': "import { app } from '@azure/functions';\nexport const door = app;\n" },
    found: ['operator-takes-types: src/operator/door.ts -> @azure/functions'],
  },
  'a domain that signs in': {
    files: {
      'src/two/identity.ts':
        "import type { TokenCredential } from '@azure/identity';\nexport type Who = TokenCredential;\n",
    },
    found: ['credentials-at-the-roots: src/two/identity.ts -> @azure/identity'],
  },
  'an orchestrator that reaches an adapter, an SDK and a file over two others': {
    files: {
      'src/two/two.orchestrator.ts': "import './between';\n",
      'src/two/between.ts': "import './reaching';\n",
      'src/two/reaching.ts': "import 'node:fs/promises';\nimport '../adapters/azure';\n",
    },
    found: [
      'domains-know-no-adapter: src/two/reaching.ts -> src/adapters/azure/index.ts',
      'pure-reaches-no-adapter: src/two/two.orchestrator.ts -> src/adapters/azure/index.ts',
      'pure-reaches-no-adapter: src/two/two.orchestrator.ts -> src/adapters/azure/inner.ts',
      'pure-reaches-no-sdk: src/two/two.orchestrator.ts -> @azure/storage-blob',
      'pure-reaches-no-builtin: src/two/two.orchestrator.ts -> fs/promises',
    ],
  },
  'randomness in a domain, where a plan reaches it': {
    files: {
      'src/three/plan.ts': "import './dice';\n",
      'src/three/dice.ts': "import { randomUUID } from 'node:crypto';\nexport const dice = randomUUID;\n",
    },
    found: ['hashing-in-one-place: src/three/dice.ts -> crypto'],
  },
  'what encrypts, where a contract reaches it': {
    files: {
      'src/stacks/hpke.ts': "import { randomBytes } from 'node:crypto';\nexport const seal = randomBytes;\n",
      'src/stacks/contract.ts': "import './hpke';\n",
    },
    found: ['pure-reaches-no-builtin: src/stacks/contract.ts -> src/stacks/hpke.ts'],
  },
  'an orchestrator that calls an activity by its code': {
    files: {
      'src/two/orchestrator.ts': "import './activities';\n",
      'src/two/activities.ts': "import '../kernel/errors';\n",
    },
    found: ['pure-imports-no-activity: src/two/orchestrator.ts -> src/two/activities.ts'],
  },
  'a host that knows the app': {
    files: { 'src/local/host/knowing.ts': "import '../../kernel/errors';\n" },
    found: ['host-runs-any-app: src/local/host/knowing.ts -> src/kernel/errors.ts'],
  },
  'a cloud that shares our code': {
    files: { 'src/local/cloud/knowing.ts': "import '../../kernel/errors';\n" },
    found: ['cloud-is-a-stranger: src/local/cloud/knowing.ts -> src/kernel/errors.ts'],
  },
  'the local platform in the function app': {
    files: { 'functions/fake.ts': "import '../src/local/host';\n" },
    found: ['local-is-never-deployed: functions/fake.ts -> src/local/host/index.ts'],
  },
  'somebody who knows the root': {
    files: { 'src/cli/knowing.ts': "import '../../functions/compose';\n" },
    found: ['doors-are-not-imported: src/cli/knowing.ts -> functions/compose.ts'],
  },
  'a console that runs the code of the server': {
    files: {
      'src/console/pages/running.tsx':
        "import { one } from '../../one';\nimport { answer } from '../../operator/now';\nexport const running = [one, answer];\n",
    },
    found: [
      'console-talks-to-the-api: src/console/pages/running.tsx -> src/one/index.ts',
      'console-talks-to-the-api: src/console/pages/running.tsx -> src/operator/now.ts',
    ],
  },
  "a console that names a domain's insides": {
    files: {
      'src/console/pages/naming.ts':
        "import type { Model } from '../../one/model';\nimport type { errors } from '../../kernel/errors';\nexport type Named = [Model, typeof errors];\n",
    },
    found: [
      'console-through-the-front-door: src/console/pages/naming.ts -> src/one/model.ts',
      'console-through-the-front-door: src/console/pages/naming.ts -> src/kernel/errors.ts',
    ],
  },
  'a server that knows the console': {
    files: {
      'functions/page.ts': "import '../src/console/pages/model';\n",
      'src/operator/page.ts':
        "import type { model } from '../console/pages/model';\nexport type Page = typeof model;\n",
    },
    found: [
      'console-is-built-apart: functions/page.ts -> src/console/pages/model.ts',
      'console-is-built-apart: src/operator/page.ts -> src/console/pages/model.ts',
    ],
  },
  'code that needs its tests': {
    files: {
      'src/cli/tested.ts': "import '../../test/support';\n",
      'test/support.ts': 'export const support = 1;\n',
    },
    found: ['no-test-code: src/cli/tested.ts -> test/support.ts'],
  },
};
