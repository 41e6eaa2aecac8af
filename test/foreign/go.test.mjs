// Go clients against `kubetape up` (go/): a controller-runtime manager with server-side apply, status, finalizers and leader election, a suite
// for envtest, and upstream's own kube-controller-manager and kube-scheduler in their default settings, in place of our controllers and our
// binder: as the users that the bootstrap roles are for, each controller with its own service account.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AppsV1Api, ApiextensionsV1Api, CoordinationV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node'
import { endGroup, ROOT, runCommand, startCommand } from '../../tools/test/command.mjs'
import { startKubetape } from '../../tools/test/kubetape-server.mjs'

const FOLDER = join(ROOT, 'test', 'foreign', 'go')
const PROGRAM = join(ROOT, '.cache', 'foreign-go')
/** The first build compiles all of kube-controller-manager; later ones find it in Go's cache. */
const BUILD_MS = 1_500_000
const WAIT_MS = 60_000
/** What Go clients say of answers that they cannot read, of watches and lists that fail, and of requests that are refused as such. */
const MISUNDERSTOOD =
  /decod|unmarshal|protobuf|wire type|failed to (list|watch)|unauthorized|not acceptable|media type|could not find the requested resource|BadRequest|is invalid/i
const COMPONENTS = ['system:kube-controller-manager', 'system:kube-scheduler']
const GROUP = { group: 'example.kubetape.dev', version: 'v1', namespace: 'default', plural: 'greetings' }

const has = await runCommand('go', ['version'])
const skip = has.status === 0 ? false : 'there is no go on PATH'
if (!skip) {
  const built = await runCommand('go', ['build', '-o', PROGRAM, '.'], { cwd: FOLDER, limitMs: BUILD_MS })
  if (built.status !== 0) throw new Error(`Cannot build test/foreign/go:\n${built.output}`)
}

describe('controller-runtime', { skip }, () => {
  const world = setUp('default', ['--nodes', '0'])

  test('runs a manager: leader election, apply, owned objects, status, finalizer', async () => {
    const { config, start } = world()
    await config.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body: definition() })
    const manager = start('manager')
    const custom = config.makeApiClient(CustomObjectsApi)
    const core = config.makeApiClient(CoreV1Api)
    const leases = config.makeApiClient(CoordinationV1Api)
    await until(
      'a leader',
      async () => (await leases.readNamespacedLease({ namespace: 'default', name: 'greetings.example.kubetape.dev' })).spec.holderIdentity,
    )
    const greeting = { apiVersion: 'example.kubetape.dev/v1', kind: 'Greeting', metadata: { name: 'hello' }, spec: { message: 'hello' } }
    await until('the kind', () => custom.createNamespacedCustomObject({ ...GROUP, body: greeting }))
    const made = await until('the ConfigMap', () => core.readNamespacedConfigMap({ namespace: 'default', name: 'hello' }))
    assert.equal(made.data.message, 'hello')
    const { operation, manager: owner } = made.metadata.managedFields[0]
    assert.deepEqual([operation, owner], ['Apply', 'greeting-controller'])
    const seen = await until('the status', async () => {
      const one = await custom.getNamespacedCustomObject({ ...GROUP, name: 'hello' })
      return one.status?.said === 'hello' && one
    })
    assert.deepEqual([seen.status.deployments, seen.metadata.finalizers], [0, ['example.kubetape.dev/farewell']])
    // What somebody else changes is put right.
    const place = { namespace: 'default', name: 'hello' }
    await until('the change', async () => {
      const now = await core.readNamespacedConfigMap(place)
      return core.replaceNamespacedConfigMap({ ...place, body: { ...now, data: { message: 'changed' } } })
    })
    await until(
      'the repair',
      async () => (await core.readNamespacedConfigMap({ namespace: 'default', name: 'hello' })).data.message === 'hello',
    )
    await custom.deleteNamespacedCustomObject({ ...GROUP, name: 'hello' })
    await until('the farewell', () => core.readNamespacedConfigMap({ namespace: 'default', name: 'hello-farewell' }))
    await gone('the Greeting', () => custom.getNamespacedCustomObject({ ...GROUP, name: 'hello' }))
    await gone('what it owned', () => core.readNamespacedConfigMap({ namespace: 'default', name: 'hello' }))
    await manager.stop()
    assert.doesNotMatch(manager.log(), /"level":"error"/)
  })
})

describe('envtest', { skip }, () => {
  const world = setUp('default', ['--nodes', '0'])

  test('takes it for an existing cluster: installs definitions, runs, cleans up', async () => {
    const { config, folder, kubeconfig } = world()
    const { metadata, spec } = definition()
    const file = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec }
    const definitions = join(folder, 'definitions')
    mkdirSync(definitions)
    writeFileSync(join(definitions, 'greetings.yaml'), JSON.stringify(file))
    const { status, output } = await runCommand(PROGRAM, ['envtest', definitions], { env: { KUBECONFIG: kubeconfig }, limitMs: WAIT_MS })
    assert.equal(status, 0, output)
    assert.match(output, /the suite ran/)
    await gone('the definition', () => config.makeApiClient(ApiextensionsV1Api).readCustomResourceDefinition({ name: metadata.name }))
  })
})

describe('kube-controller-manager and kube-scheduler', { skip }, () => {
  // Our kubelets only: everything that controls or binds is upstream's.
  const world = setUp('default', ['--nodes', '2', '--controllers', 'simulated-kubelet', 'simulated-node'])

  test('run a Deployment, roll it over and collect what is left', async () => {
    const { config, start } = world()
    const as = (user, ...more) => {
      const kubeconfig = world().kubeconfigOf(user)
      return [
        ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${kubeconfig}`),
        '--secure-port=0',
        `--cert-dir=${join(world().folder, user)}`,
        ...more,
      ]
    }
    const controllers = start('kube-controller-manager', ...as('system:kube-controller-manager', '--use-service-account-credentials'))
    const scheduler = start('kube-scheduler', ...as('system:kube-scheduler'))
    const apps = config.makeApiClient(AppsV1Api)
    const core = config.makeApiClient(CoreV1Api)
    const place = { namespace: 'default', name: 'web' }
    await until('the account', () => core.readNamespacedServiceAccount({ namespace: 'default', name: 'default' }))
    await apps.createNamespacedDeployment({ namespace: 'default', body: deployment('web:1') })
    const available = async (image) => {
      const { status, spec, metadata } = await apps.readNamespacedDeployment(place)
      const current = status.observedGeneration === metadata.generation && spec.template.spec.containers[0].image === image
      return current && status.updatedReplicas === 3 && status.availableReplicas === 3 && status.replicas === 3
    }
    await until('three Pods', () => available('web:1'))
    const pods = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' })
    assert.ok(pods.items.every(({ spec }) => spec.nodeName?.startsWith('kubetape-node-')))
    await apps.replaceNamespacedDeployment({
      ...place,
      body: { ...(await apps.readNamespacedDeployment(place)), spec: deployment('web:2').spec },
    })
    await until('three new Pods', () => available('web:2'))
    await apps.deleteNamespacedDeployment({ ...place, propagationPolicy: 'Foreground' })
    await gone('the Deployment', () => apps.readNamespacedDeployment(place))
    assert.deepEqual((await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' })).items, [])
    await core.createNamespace({ body: { metadata: { name: 'short' } } })
    await until('its account', () => core.readNamespacedServiceAccount({ namespace: 'short', name: 'default' }))
    await core.deleteNamespace({ name: 'short' })
    await gone('the namespace', () => core.readNamespace({ name: 'short' }))
    for (const one of [controllers, scheduler]) {
      await one.stop()
      // Controllers race each other and say so; what must not be there is a server that they cannot talk to.
      const errors = one
        .log()
        .split('\n')
        .filter((line) => /^E\d{4} /.test(line) && MISUNDERSTOOD.test(line) && !line.includes('context canceled'))
      assert.deepEqual(errors, [])
      assert.doesNotMatch(one.log(), /forbidden: User/)
    }
  })
})

/** A server before the tests of a suite; what they start is stopped with it. */
function setUp(profile, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-go-'))
  const started = []
  let server
  const tokens = join(folder, 'tokens.csv')
  before(async () => {
    writeFileSync(tokens, COMPONENTS.map((user, at) => `token-${at},${user},${at},""\n`).join(''))
    server = await startKubetape(profile, [...flags, '--token-auth-file', tokens])
  })
  after(async () => {
    for (const one of started) await one.stop()
    await server?.stop()
    server?.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    const config = new KubeConfig()
    config.loadFromFile(server.kubeconfig)
    const start = (...args) => {
      const program = startProgram(args, server.kubeconfig, folder)
      started.push(program)
      return program
    }
    /** A kubeconfig by which one of the components is itself. */
    const kubeconfigOf = (user) => {
      const file = join(folder, `${user}.kubeconfig`)
      const own = JSON.parse(readFileSync(server.kubeconfig, 'utf8'))
      own.users[0].user = { token: `token-${COMPONENTS.indexOf(user)}` }
      writeFileSync(file, JSON.stringify(own))
      return file
    }
    return { config, start, folder, kubeconfig: server.kubeconfig, kubeconfigOf }
  }
}

function startProgram(args, kubeconfig, folder) {
  const child = startCommand(PROGRAM, args, { env: { KUBECONFIG: kubeconfig } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more))
  const exited = new Promise((resolve) => child.on('close', resolve))
  return {
    log: () => {
      writeFileSync(join(folder, `${args[0]}.log`), text)
      return text
    },
    stop: async () => {
      endGroup(child, 'SIGTERM')
      await exited
    },
  }
}

/** What `read` answers, once it answers something and does not throw. */
async function until(what, read) {
  const end = performance.now() + WAIT_MS
  let last
  while (performance.now() < end) {
    try {
      const value = await read()
      if (value) return value
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Cannot see ${what} within ${WAIT_MS / 1000} s`, { cause: last })
}

/** Until `read` answers 404. */
const gone = (what, read) =>
  until(`that ${what} is gone`, () =>
    read().then(
      () => false,
      ({ code }) => code === 404,
    ),
  )

const definition = () => {
  const text = { type: 'string' }
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { message: text } },
      status: { type: 'object', properties: { said: text, deployments: { type: 'integer' } } },
    },
  }
  return {
    metadata: { name: 'greetings.example.kubetape.dev' },
    spec: {
      group: 'example.kubetape.dev',
      scope: 'Namespaced',
      names: { kind: 'Greeting', plural: 'greetings' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} } }],
    },
  }
}

const deployment = (image) => {
  const labels = { app: 'web' }
  return {
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }], terminationGracePeriodSeconds: 1 } },
    },
  }
}
