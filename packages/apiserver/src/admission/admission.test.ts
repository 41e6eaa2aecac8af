import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../testing/test-server.ts'
import { type AdmissionAttributes, AdmissionChain } from './admission.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { priority } from './priority.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'

const pod = (spec: object = {}, metadata: object = {}): object => ({
  metadata: { name: 'p', ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const specOf = (body: KubeObject): Record<string, unknown> => body['spec'] as Record<string, unknown>

describe('AdmissionChain', () => {
  test('runs plugins in order, those after one that waits later', async () => {
    const seen: string[] = []
    const chain = new AdmissionChain([
      { name: 'a', mutate: () => void seen.push('a') },
      { name: 'b', mutate: () => Promise.resolve().then(() => void seen.push('b')) },
      { name: 'c', mutate: () => void seen.push('c'), validate: () => void seen.push('validate c') },
    ])
    const attributes = {} as AdmissionAttributes
    const waiting = chain.mutate(attributes)
    expect(seen).toEqual(['a'])
    await waiting
    void chain.validate(attributes)
    expect(seen).toEqual(['a', 'b', 'c', 'validate c'])
  })

  test('stays within the turn when nobody waits', () => {
    expect(new AdmissionChain([{ name: 'a', mutate: () => undefined }]).mutate({} as AdmissionAttributes)).toBeUndefined()
  })
})

describe('namespaceLifecycle()', () => {
  test('lets nothing be made in a namespace that is going', async () => {
    const server = await TestServer.start()
    await server.create('namespaces', { metadata: { name: 'default2' } })
    await server.patch('namespaces/default2', 'merge', { metadata: { finalizers: ['example.com/hold'] } })
    await server.delete('namespaces/default2')
    const refused = await server.send('create', 'configmaps', { metadata: { name: 'x' } }, {}, { namespace: 'default2' })
    expect([refused.code, refused.body.message]).toEqual([
      403,
      'configmaps "x" is forbidden: unable to create new content in namespace default2 because it is being terminated',
    ])
    expect(refused.body.details!.causes).toEqual([
      { reason: 'NamespaceTerminating', message: 'namespace default2 is being terminated', field: 'metadata.namespace' },
    ])
  })

  test('keeps the namespaces that hold the cluster together', async () => {
    expect(await (await TestServer.start()).delete('namespaces/default')).toMatchObject({
      code: 403,
      body: { message: 'namespaces "default" is forbidden: this namespace may not be deleted' },
    })
  })
})

describe('serviceAccount()', () => {
  const start = (): Promise<TestServer> => TestServer.start({ plugins: (storage, clock) => [serviceAccount(storage, clock)] })

  test('gives a Pod the account default and its token', async () => {
    const server = await start()
    await server.create('serviceaccounts', { metadata: { name: 'default' }, imagePullSecrets: [{ name: 's' }] })
    const { body } = await server.create('pods', pod())
    expect(specOf(body)).toMatchObject({
      serviceAccountName: 'default',
      imagePullSecrets: [{ name: 's' }],
      volumes: [
        {
          name: expect.stringMatching(/^kube-api-access-.{5}$/),
          projected: { sources: [{ serviceAccountToken: { path: 'token' } }, {}, {}] },
        },
      ],
    })
  })

  test('mounts no token where the Pod does not want one', async () => {
    const server = await start()
    await server.create('serviceaccounts', { metadata: { name: 'default' } })
    expect(specOf((await server.create('pods', pod({ automountServiceAccountToken: false }))).body)['volumes']).toBeUndefined()
  })

  test('waits for the account default, and for no other', async () => {
    const server = await start()
    const waiting = server.create('pods', pod())
    await server.create('serviceaccounts', { metadata: { name: 'default' } })
    expect((await waiting).code).toBe(201)
    const { code, body } = await server.create('pods', pod({ serviceAccountName: 'none' }, { name: 'q' }))
    expect([code, body.message]).toEqual([
      403,
      'pods "q" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
    ])
  })
})

describe('priority()', () => {
  const start = (): Promise<TestServer> => TestServer.start({ plugins: (storage) => [priority(storage)] })

  test('turns a class into its value, the default class where none is named', async () => {
    const server = await start()
    expect(specOf((await server.create('pods', pod())).body)).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' })
    await server.create('scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'normal' }, value: 5, globalDefault: true })
    await server.create('scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 9, preemptionPolicy: 'Never' })
    expect(specOf((await server.create('pods', pod({}, { name: 'a' }))).body)).toMatchObject({ priority: 5, priorityClassName: 'normal' })
    expect(specOf((await server.create('pods', pod({ priorityClassName: 'high' }, { name: 'b' }))).body)).toMatchObject({
      priority: 9,
      preemptionPolicy: 'Never',
    })
  })

  test('refuses a class that is not there, another value, and a second default', async () => {
    const server = await start()
    expect((await server.create('pods', pod({ priorityClassName: 'none' }))).body.message).toBe(
      'pods "p" is forbidden: no PriorityClass with name none was found',
    )
    expect((await server.create('pods', pod({ priority: 7 }))).body.message).toContain(
      'the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0',
    )
    await server.create('scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'one' }, value: 5, globalDefault: true })
    expect(
      (await server.create('scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'two' }, value: 6, globalDefault: true })).body
        .message,
    ).toContain('PriorityClass one is already marked as default. Only one default can exist')
  })
})

describe('defaultIngressClass()', () => {
  const ingress = (more: object = {}): object => ({
    metadata: { name: 'i' },
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    ...more,
  })
  const classOf = (body: KubeObject): unknown => specOf(body)['ingressClassName']

  test('gives an Ingress that names no class the newest default', async () => {
    const server = await TestServer.start({ plugins: (storage) => [defaultIngressClass(storage)] })
    const make = (name: string, isDefault: boolean): ReturnType<TestServer['create']> =>
      server.create('networking.k8s.io/v1/ingressclasses', {
        metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
        spec: { controller: 'example.com/c' },
      })
    expect(classOf((await server.create('networking.k8s.io/v1/ingresses', ingress(), { dryRun: ['All'] })).body)).toBeUndefined()
    await make('old', true)
    await server.clock.advance(2000)
    await make('new', true)
    await make('other', false)
    expect(classOf((await server.create('networking.k8s.io/v1/ingresses', ingress(), { dryRun: ['All'] })).body)).toBe('new')
    const named = ingress({ metadata: { name: 'i', annotations: { 'kubernetes.io/ingress.class': 'own' } } })
    expect(classOf((await server.create('networking.k8s.io/v1/ingresses', named)).body)).toBeUndefined()
  })
})

describe('taintNodesByCondition', () => {
  test('keeps Pods away from a new node, once', async () => {
    const server = await TestServer.start({ plugins: () => [taintNodesByCondition] })
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    expect(specOf((await server.create('nodes', { metadata: { name: 'a' } })).body)['taints']).toEqual([taint])
    expect(specOf((await server.create('nodes', { metadata: { name: 'b' }, spec: { taints: [taint] } })).body)['taints']).toEqual([taint])
    expect(specOf((await server.patch('nodes/a', 'merge', { spec: { taints: null } })).body)['taints']).toBeUndefined()
  })
})

describe('defaultTolerationSeconds', () => {
  test('adds the two tolerations that a Pod does not have', async () => {
    const server = await TestServer.start({ plugins: () => [defaultTolerationSeconds] })
    const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }
    const { body } = await server.create('pods', pod({ tolerations: [own] }))
    expect(specOf(body)['tolerations']).toEqual([
      own,
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ])
  })
})

describe('runtimeClass()', () => {
  async function start(more: object = {}): Promise<TestServer> {
    const server = await TestServer.start({ plugins: (storage) => [runtimeClass(storage)] })
    await server.create('node.k8s.io/v1/runtimeclasses', { metadata: { name: 'rc' }, handler: 'h', ...more })
    return server
  }

  test('gives a Pod its overhead, node selector and tolerations', async () => {
    const toleration = { key: 'k', operator: 'Exists' }
    const server = await start({
      overhead: { podFixed: { cpu: '100m' } },
      scheduling: { nodeSelector: { a: 'b' }, tolerations: [toleration] },
    })
    const { body } = await server.create('pods', pod({ runtimeClassName: 'rc', nodeSelector: { c: 'd' } }))
    expect(specOf(body)).toMatchObject({ overhead: { cpu: '100m' }, nodeSelector: { a: 'b', c: 'd' }, tolerations: [toleration] })
  })

  test.each([
    [{ runtimeClassName: 'none' }, 'RuntimeClass "none" not found'],
    [{ overhead: { cpu: '1' } }, 'Pod Overhead set without corresponding RuntimeClass defined Overhead'],
    [{ runtimeClassName: 'rc', overhead: { cpu: '1' } }, "Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
    [
      { runtimeClassName: 'rc', nodeSelector: { a: 'x' } },
      'conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = x',
    ],
  ])('refuses %j', async (spec, why) => {
    const server = await start({ overhead: { podFixed: { cpu: '100m' } }, scheduling: { nodeSelector: { a: 'b' } } })
    expect(await server.create('pods', pod(spec))).toMatchObject({
      code: 403,
      body: { message: `pods "p" is forbidden: pod rejected: ${why}` },
    })
  })
})
