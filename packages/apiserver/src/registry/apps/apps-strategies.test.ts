import { beforeEach, describe, expect, test } from '@jest/globals'
import { type TestAnswer, TestServer } from '../../testing/test-server.ts'

const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } }
const SELECTOR = { matchLabels: { app: 'web' } }
type Spec = Record<string, unknown>

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start()
})

const make = (resource: string, spec: Spec): Promise<TestAnswer> =>
  server.create(`apps/v1/${resource}`, { metadata: { name: 'web' }, spec: { selector: SELECTOR, template: TEMPLATE, ...spec } })
const specOf = ({ body }: TestAnswer): Spec => body['spec'] as Spec

describe('defaults', () => {
  test('deploymentStrategy rolls out a quarter at a time', async () => {
    expect(specOf(await make('deployments', {}))).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    })
  })

  test('daemonSetStrategy replaces one Pod at a time and counts its templates', async () => {
    const { body } = await make('daemonsets', {})
    expect(body['spec']).toMatchObject({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } })
    const key = 'deprecated.daemonset.template.generation'
    expect(body.metadata?.annotations).toEqual({ [key]: '1' })
    const changed = { ...TEMPLATE, spec: { containers: [{ name: 'c', image: 'web:2' }] } }
    const { body: after } = await server.patch('apps/v1/daemonsets/web', 'merge', { spec: { template: changed } })
    expect(after.metadata?.annotations).toEqual({ [key]: '2' })
  })

  test('statefulSetStrategy keeps claims and goes in order; maxUnavailable waits for its gate', async () => {
    expect(specOf(await make('statefulsets', { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }))).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    })
    const gated = await TestServer.start({ gates: { MaxUnavailableStatefulSet: true } })
    const { body } = await gated.create('apps/v1/statefulsets', {
      metadata: { name: 'web' },
      spec: { selector: SELECTOR, template: TEMPLATE, updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
    })
    expect(body['spec']).toMatchObject({ updateStrategy: { rollingUpdate: { maxUnavailable: 2, partition: 0 } } })
  })
})

describe('refusals', () => {
  test.each<[string, Spec, string]>([
    ['deployments', { selector: {} }, 'spec.selector: Invalid value: v1.LabelSelector'],
    ['deployments', { replicas: -1 }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ['deployments', { strategy: { type: 'Recreate', rollingUpdate: {} } }, "may not be specified when strategy `type` is 'Recreate'"],
    [
      'deployments',
      { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      'Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"101%"}: must not be greater than 100%',
    ],
    ['deployments', { minReadySeconds: 600 }, 'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
    ['replicasets', { selector: { matchLabels: { app: 'x' } } }, '`selector` does not match template `labels`'],
    [
      'daemonsets',
      { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
      'may not be set when maxUnavailable is non-zero',
    ],
    ['daemonsets', { updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }, 'cannot be 0 when maxSurge is 0'],
    ['statefulsets', { podManagementPolicy: 'Serial' }, "must be 'OrderedReady' or 'Parallel'"],
    ['statefulsets', { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Keep' } }, 'supported values: "Retain", "Delete"'],
    [
      'statefulsets',
      { template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ])('of %s with %j', async (resource, spec, message) => {
    const { code, body } = await make(resource, spec)
    expect([code, body.message]).toEqual([422, expect.stringContaining(message)])
  })

  test('a selector never changes', async () => {
    const other = { selector: { matchLabels: { app: 'api' } }, template: { ...TEMPLATE, metadata: { labels: { app: 'api' } } } }
    for (const resource of ['deployments', 'replicasets', 'daemonsets']) {
      await make(resource, {})
      const { body } = await server.patch(`apps/v1/${resource}/web`, 'json', [
        { op: 'replace', path: '/spec/selector', value: other.selector },
        { op: 'replace', path: '/spec/template/metadata', value: other.template.metadata },
      ])
      expect(body.message).toContain('field is immutable')
    }
    await make('statefulsets', {})
    expect((await server.patch('apps/v1/statefulsets/web', 'merge', { spec: { serviceName: 'other' } })).body.message).toContain(
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    )
  })

  test('a status with more ready Pods than Pods', async () => {
    await make('deployments', {})
    const { body } = await server.patch('apps/v1/deployments/web/status', 'merge', { status: { replicas: 1, readyReplicas: 2 } })
    expect(body.message).toContain('status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas')
  })

  test('a ControllerRevision without data, and one whose data changes', async () => {
    const revision = { metadata: { name: 'r' }, revision: 1, data: { a: 1 } }
    expect((await server.create('apps/v1/controllerrevisions', { ...revision, data: undefined })).body.message).toContain(
      'data is mandatory',
    )
    await server.create('apps/v1/controllerrevisions', revision)
    const { body } = await server.patch('apps/v1/controllerrevisions/r', 'merge', { data: { a: 2 } })
    expect(body.message).toContain('data: Invalid value')
  })
})

test('deploymentStrategy counts a change of annotations as a generation, and of labels not', async () => {
  await make('deployments', {})
  const generation = async (metadata: object): Promise<number | undefined> =>
    (await server.patch('apps/v1/deployments/web', 'merge', { metadata })).body.metadata?.generation
  expect([await generation({ labels: { a: 'b' } }), await generation({ annotations: { a: 'b' } })]).toEqual([1, 2])
})

test('replicationControllerStrategy takes selector and labels from the template', async () => {
  const { body } = await server.create('replicationcontrollers', { metadata: { name: 'rc' }, spec: { template: TEMPLATE } })
  expect([body.metadata?.labels, (body['spec'] as Spec)['selector']]).toEqual([{ app: 'web' }, { app: 'web' }])
  const refused = await server.create('replicationcontrollers', { metadata: { name: 'none' }, spec: {} })
  expect(refused.body.message).toContain('[spec.selector: Required value, spec.template: Required value]')
})
