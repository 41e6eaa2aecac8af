import { beforeEach, describe, expect, test } from '@jest/globals'
import { type TestAnswer, TestServer } from '../../testing/test-server.ts'

const BETA = { 'storage.k8s.io/v1beta1': 'true', 'storage.k8s.io/v1alpha1': 'true' }
let server: TestServer
beforeEach(async () => {
  server = await TestServer.start({ runtimeConfig: BETA })
})

const V1 = 'storage.k8s.io/v1'
const causes = ({ body }: TestAnswer): string[] => (body.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)
const sameVersion = async (target: string, change: (object: Record<string, unknown>) => void): Promise<TestAnswer> => {
  const { body } = await server.get(target)
  const object = structuredClone(body) as Record<string, unknown>
  change(object)
  return server.update(target, object)
}

describe('storageClassStrategy', () => {
  const make = (body: object): Promise<TestAnswer> =>
    server.create(`${V1}/storageclasses`, { metadata: { name: 'sc' }, provisioner: 'example.com/p', ...body })

  test('deletes volumes and binds at once unless it is said otherwise', async () => {
    expect((await make({})).body).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
  })

  test.each([
    [{ provisioner: '' }, ['provisioner: Required value']],
    [{ reclaimPolicy: 'Recycle' }, ['reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"']],
    [{ parameters: { '': 'x' } }, ['parameters: Invalid value: "": field can not be empty.']],
    // One for each term that there is.
    [
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b'] }] }, {}] },
      Array(2).fill('allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'),
    ],
    [
      {
        allowedTopologies: [
          { matchLabelExpressions: [{ key: 'a', values: ['b', 'c'] }] },
          { matchLabelExpressions: [{ key: 'a', values: ['c', 'b'] }] },
        ],
      },
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
  ])('refuses %j', async (body, expected) => {
    expect(causes(await make(body))).toEqual(expected)
  })

  test('keeps how volumes are made', async () => {
    await make({ parameters: { a: 'b' } })
    const answer = await server.patch(`${V1}/storageclasses/sc`, 'merge', {
      parameters: { a: 'c' },
      provisioner: 'other',
      reclaimPolicy: 'Retain',
      allowVolumeExpansion: true,
    })
    expect(causes(answer)).toEqual([
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
    ])
  })
})

describe('volumeAttributesClassStrategy', () => {
  test('is one object in both versions, which never changes', async () => {
    const body = { metadata: { name: 'gold' }, driverName: 'csi.example.com', parameters: { iops: '1' } }
    server = await TestServer.start({ runtimeConfig: BETA, gates: { VolumeAttributesClass: true } })
    expect((await server.create('storage.k8s.io/v1alpha1/volumeattributesclasses', body)).code).toBe(201)
    const target = 'storage.k8s.io/v1beta1/volumeattributesclasses/gold'
    expect((await server.get(target)).body).toMatchObject({ apiVersion: 'storage.k8s.io/v1beta1', parameters: { iops: '1' } })
    expect(causes(await server.patch(target, 'merge', { parameters: { iops: '2' } }))).toEqual([
      'parameters: Forbidden: updates to parameters are forbidden.',
    ])
    expect(causes(await server.patch(target, 'merge', { parameters: null }))).toEqual([
      'parameters: Required value: must contain at least one key/value pair',
      'parameters: Forbidden: updates to parameters are forbidden.',
      'parameters: Required value: must contain at least one key/value pair',
    ])
  })
})

describe('csiDriverStrategy', () => {
  const make = (spec: object): Promise<TestAnswer> => server.create(`${V1}/csidrivers`, { metadata: { name: 'd' }, spec })

  test('says what was left open, and nothing of SELinux unless its gate is on', async () => {
    const defaults = {
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      podInfoOnMount: false,
      requiresRepublish: false,
      storageCapacity: false,
      volumeLifecycleModes: ['Persistent'],
    }
    expect((await make({})).body['spec']).toEqual({ ...defaults, seLinuxMount: false })
    server = await TestServer.start({ gates: { SELinuxMountReadWriteOncePod: false } })
    expect((await make({ seLinuxMount: true })).body['spec']).toEqual(defaults)
  })

  test('refuses odd tokens, policies and modes', async () => {
    const tokenRequests = [{ audience: 'a', expirationSeconds: 60 }, { audience: 'a' }]
    expect(causes(await make({ tokenRequests, fsGroupPolicy: 'Some', volumeLifecycleModes: ['Now'] }))).toEqual([
      'spec.fsGroupPolicy: Unsupported value: "Some": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Now": supported values: "Persistent", "Ephemeral"',
    ])
  })

  test('keeps how it attaches, and counts what changes', async () => {
    expect((await make({})).body.metadata?.generation).toBeUndefined()
    const changed = await sameVersion(`${V1}/csidrivers/d`, ({ spec }) => Object.assign(spec as object, { podInfoOnMount: true }))
    expect(changed.body.metadata?.generation).toBe(1)
    const refused = await sameVersion(`${V1}/csidrivers/d`, ({ spec }) => Object.assign(spec as object, { attachRequired: false }))
    expect(causes(refused)).toEqual(['spec.attachedRequired: Invalid value: false: field is immutable'])
  })
})

describe('csiNodeStrategy', () => {
  const driver = { name: 'd', nodeID: 'n', topologyKeys: ['zone'] }
  const make = (drivers: object[]): Promise<TestAnswer> =>
    server.create(`${V1}/csinodes`, { metadata: { name: 'node' }, spec: { drivers } })

  test('refuses a driver twice, keys twice, and counts below nothing', async () => {
    const again = { ...driver, nodeID: '', allocatable: { count: -1 }, topologyKeys: ['a', 'a'] }
    expect(causes(await make([driver, again]))).toEqual([
      'spec.drivers[1].nodeID: Required value',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "d"',
      'spec.drivers[1]: Duplicate value: "a"',
    ])
  })

  test('lets drivers come and go, but not change', async () => {
    await make([driver])
    const target = `${V1}/csinodes/node`
    const added = await sameVersion(target, (object) => (object['spec'] = { drivers: [driver, { name: 'e', nodeID: 'n' }] }))
    expect(added.code).toBe(200)
    const changed = await sameVersion(target, (object) => (object['spec'] = { drivers: [{ ...driver, nodeID: 'm' }] }))
    expect(causes(changed)).toEqual([
      expect.stringMatching(/^CSINodeDrivers: Invalid value: storage\.CSINodeDriver.*: field is immutable$/),
    ])
  })
})

describe('volumeAttachmentStrategy', () => {
  const make = (spec: object): Promise<TestAnswer> =>
    server.create(`${V1}/volumeattachments`, { metadata: { name: 'va' }, spec: { attacher: 'd', nodeName: 'n', ...spec } })
  const source = { persistentVolumeName: 'pv' }

  test.each([
    [{ source: {} }, ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName']],
    [
      { source: { ...source, inlineVolumeSpec: {} } },
      ['spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
    ],
    [
      { source, attacher: '' },
      [
        'spec.attacher: Required value',
        'spec.attacher: Required value',
        expect.stringContaining('spec.attacher: Invalid value: "": a lowercase RFC 1123'),
      ],
    ],
    [
      { source: { inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, nfs: { server: 's', path: '/' } } } },
      [
        'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
        'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      ],
    ],
  ])('refuses %j', async (spec, expected) => {
    expect(causes(await make(spec))).toEqual(expected)
  })

  test('is attached by its status alone, which changes no labels', async () => {
    expect((await make({ source })).body['status']).toEqual({ attached: false })
    const target = `${V1}/volumeattachments/va`
    const { body } = await server.patch(`${target}/status`, 'merge', { metadata: { labels: { a: 'b' } }, status: { attached: true } })
    expect(body.metadata?.labels).toBeUndefined()
    expect(body['status']).toEqual({ attached: true })
    const moved = await sameVersion(target, ({ spec }) => Object.assign(spec as object, { nodeName: 'm' }))
    expect(causes(moved)).toEqual([expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/)])
  })
})

describe('csiStorageCapacityStrategy', () => {
  test('keeps what was asked, and takes new answers', async () => {
    const capacities = `${V1}/csistoragecapacities`
    const body = { metadata: { name: 'c' }, storageClassName: 's', capacity: '1Gi', nodeTopology: { matchLabels: { a: 'b' } } }
    expect(causes(await server.create(capacities, { ...body, capacity: '-1', storageClassName: '' }))).toHaveLength(2)
    await server.create(capacities, body)
    expect((await sameVersion(`${capacities}/c`, (object) => (object['capacity'] = '2Gi'))).code).toBe(200)
    const moved = await sameVersion(`${capacities}/c`, (object) => Object.assign(object, { storageClassName: 't', nodeTopology: {} }))
    expect(causes(moved)).toEqual([
      expect.stringMatching(/^nodeTopology: Invalid value: .*: field is immutable$/),
      'storageClassName: Invalid value: "t": field is immutable',
    ])
  })
})
