// What `npm test` runs, in this order. A step answers how many checks passed and failed, what to print when any failed, and what was skipped.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, runCommand } from './command.mjs'
import { jestCounts, nodeTestCounts, nxCounts, oneCheck } from './counts.mjs'
import { packageChecks } from './package-checks.mjs'
import { KUBECTL_MINORS } from './kubectl.mjs'
import { conformance, kubectlCases } from './recorded-behaviour.mjs'

const nx = (count, target, projects) => async (options) => {
  const result = await runCommand(
    'nx',
    ['run-many', '-t', target, '--output-style=static', ...(projects ? ['--projects', projects] : [])],
    { live: options.live },
  )
  return { ...count(result), output: result.output }
}

const tool =
  (command, ...args) =>
  async (options) => {
    const result = await runCommand(command, args, { live: options.live })
    return { ...oneCheck(result), output: result.output }
  }

const nodeTest =
  (files, env, limitMs = 600_000) =>
  async (options) => {
    const paths = files()
    if (paths.length === 0) return { passed: 0, failed: 0, output: '' }
    const flags = ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec']
    const result = await runCommand('node', [...flags, ...paths], {
      ...(env === undefined ? {} : { env }),
      live: options.live,
      limitMs,
    })
    return { ...nodeTestCounts(result), output: result.output }
  }

/** One test file of a package with another environment. */
const jestTest = (name, pattern, env) => async (options) => {
  const result = await runCommand('jest', [pattern], {
    cwd: join(ROOT, 'packages', name),
    env: { ...env, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
    live: options.live,
    limitMs: 7_200_000,
  })
  return { ...jestCounts(result), output: result.output }
}

/** Two runs as one step. */
const both = (first, second) => async (options) => {
  const [a, b] = [await first(options), await second(options)]
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    output: `${a.output}\n${b.output}`,
    skipped: [...(a.skipped ?? []), ...(b.skipped ?? [])],
  }
}

/** Test files under `folder`, but not below the folders named. */
const testFiles = (folder, except = []) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .filter((file) => /\.test\.(mjs|ts)$/.test(file) && !except.some((one) => file === one || file.startsWith(`${one}/`)))
    .sort()
    .map((file) => join(ROOT, folder, file))

/** Steps by name. */
export const STEPS = {
  format: tool('prettier', '--check', '--log-level=warn', '.'),
  sync: tool('nx', 'sync:check'),
  lint: nx(nxCounts, 'lint'),
  typecheck: nx(nxCounts, 'typecheck'),
  build: nx(nxCounts, 'build'),
  tools: nodeTest(() => testFiles('tools')),
  tidy: nodeTest(() => testFiles('test').filter((file) => /\/test\/tidy[./]/.test(file))),
  unit: nx(jestCounts, 'test', 'packages/*'),
  apps: nx(jestCounts, 'test', 'apps/*'),
  product: nodeTest(() => testFiles('test', ['tidy.test.mjs', 'tidy', 'long', 'foreign', 'packed', 'csi-sanity'])),
  // The first build of the Go program compiles kube-controller-manager.
  foreign: nodeTest(() => testFiles('test/foreign'), undefined, 1_800_000),
  'csi-sanity': nodeTest(() => testFiles('test/csi-sanity'), undefined, 1_500_000),
  packages: both(
    packageChecks,
    nodeTest(() => testFiles('test/packed')),
  ),
  conformance: (options) => conformance('default', options),
  'conformance-all': (options) => conformance('all', options),
  kubectl: (options) => kubectlCases(options),
}

/** Steps of `npm run test:long`: what is too long for every change. Sizes come from the environment, so that a bug can be hunted with more. */
export const LONG_STEPS = {
  binding: jestTest('controllers', 'binding-orders', { KUBETAPE_BINDING_ORDERS: process.env.KUBETAPE_BINDING_ORDERS ?? '10000' }),
  durability: jestTest('eventlog', 'durability', { KUBETAPE_CRASH_CYCLES: process.env.KUBETAPE_CRASH_CYCLES ?? '2000' }),
  election: jestTest('runtime', 'safety', { KUBETAPE_ELECTION_SCHEDULES: process.env.KUBETAPE_ELECTION_SCHEDULES ?? '100000' }),
  hostile: jestTest('informers', 'hostile-transport', { KUBETAPE_HOSTILE_SEEDS: process.env.KUBETAPE_HOSTILE_SEEDS ?? '500' }),
  long: nodeTest(() => testFiles('test/long'), { KUBETAPE_LONG: 'true' }, 7_200_000),
  services: jestTest('control-plane', 'service-orders', { KUBETAPE_SERVICE_ORDERS: process.env.KUBETAPE_SERVICE_ORDERS ?? '10000' }),
  'hostile-network': nodeTest(
    () => [join(ROOT, 'test', 'hostile-network.test.mjs')],
    { KUBETAPE_HOSTILE_SECONDS: process.env.KUBETAPE_HOSTILE_SECONDS ?? '300' },
    7_200_000,
  ),
  fuzz: nodeTest(
    () => [join(ROOT, 'test', 'fuzz.test.mjs')],
    { KUBETAPE_FUZZ_REQUESTS: process.env.KUBETAPE_FUZZ_REQUESTS ?? '1000000' },
    7_200_000,
  ),
  kubectl: (options) => kubectlCases(options, KUBECTL_MINORS),
}
