import { beforeEach, describe, expect, test } from '@jest/globals'
import { formatTime } from '@kubetape/apimachinery'
import { type TestAnswer, TestServer } from '../../../testing/test-server.ts'

const GATE = { VolumeAttributesClass: true }
const CSI = { csi: { driver: 'csi.example.com', volumeHandle: 'h' } }
const BASE = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] }

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start({ gates: GATE })
})

const make = (spec: object, metadata: object = {}): Promise<TestAnswer> =>
  server.create('persistentvolumes', { metadata: { name: 'pv', ...metadata }, spec: { ...BASE, ...spec } })
const change = (spec: object): Promise<TestAnswer> => server.patch('persistentvolumes/pv', 'merge', { spec })
const causes = ({ body }: TestAnswer): string[] => (body.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)

describe('volumeStrategy', () => {
  test('says what was left open, and since when the phase is Pending', async () => {
    const { body } = await make({ hostPath: { path: '/data' } }, { namespace: 'lost' })
    expect(body.metadata?.namespace).toBeUndefined()
    expect(body['spec']).toMatchObject({
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
      hostPath: { path: '/data', type: '' },
    })
    expect(body['status']).toEqual({ phase: 'Pending', lastPhaseTransitionTime: body.metadata?.creationTimestamp })
  })

  test.each([
    [{}, ['spec: Required value: must specify a volume type']],
    [{ ...CSI, nfs: { server: 's', path: '/' } }, ['spec.csi: Forbidden: may not specify more than 1 volume type']],
    // Upstream forgets to refuse this type beside another.
    [{ nfs: { server: 's', path: '/' }, flexVolume: {} }, ['spec.flexVolume.driver: Required value']],
    [
      { ...CSI, hostPath: { path: '/x' }, volumeMode: 'Raw' },
      expect.arrayContaining(['spec.csi: Forbidden: may not specify more than 1 volume type']),
    ],
    [
      { hostPath: { path: '/a/..' }, persistentVolumeReclaimPolicy: 'Recycle' },
      expect.arrayContaining(["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"]),
    ],
    [{ local: { path: '/d' } }, ['spec.nodeAffinity: Required value: Local volume requires node affinity']],
    [{ cephfs: {}, nfs: { server: 's', path: '/' } }, ['spec.cephFS: Forbidden: may not specify more than 1 volume type']],
    [{ gcePersistentDisk: {} }, ['spec.persistentDisk.pdName: Required value']],
    [
      { glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } },
      ['spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name'],
    ],
    [{ storageos: { volumeName: 'v', secretRef: { name: 's' } } }, ['spec.storageos.secretRef.namespace: Required value']],
    [
      { iscsi: { targetPortal: 'p', iqn: 'x', lun: 0, secretRef: {} } },
      ['spec.iscsi.iqn: Invalid value: "x": must be valid format', 'spec.iscsi.secretRef.name: Required value'],
    ],
    [{ ...CSI, volumeAttributesClassName: '' }, ['spec.volumeAttributesClassName: Required value: an empty string is disallowed']],
  ])('refuses %j', async (spec, expected) => {
    expect(causes(await make(spec))).toEqual(expected)
  })

  test('refuses a capacity that is not exactly some storage', async () => {
    const answer = await make({ ...CSI, capacity: { storage: '-1Gi', cpu: '1' } })
    expect(causes(answer)).toEqual([
      expect.stringMatching(/^spec\.capacity: Unsupported value: core\.ResourceList\{.*: supported values: "storage"$/),
      'spec.capacity[storage]: Invalid value: -1073741824: must be a valid resource quantity',
      'spec.capacity[storage]: Invalid value: "-1Gi": must be greater than zero',
    ])
  })

  test('takes mount options by annotation only where storage is mounted', async () => {
    const annotations = { 'volume.beta.kubernetes.io/mount-options': 'ro' }
    expect((await make(CSI, { annotations })).body.message).toContain('may not specify mount options for this volume type')
    expect((await make({ nfs: { server: 's', path: '/' } }, { annotations })).code).toBe(201)
  })

  test('warns of what is old', async () => {
    const term = { matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }] }
    const nodeAffinity = { required: { nodeSelectorTerms: [term] } }
    const answer = await make({ rbd: { monitors: ['m'], image: 'i' }, persistentVolumeReclaimPolicy: 'Recycle', nodeAffinity })
    expect(answer.warnings).toEqual([
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ])
  })
})

describe('volumeStrategy, updates', () => {
  test('keep the storage, but for a Secret for expansion that is given once', async () => {
    await make(CSI)
    const secret = (name: string): object => ({ csi: { controllerExpandSecretRef: { name, namespace: 'n' } } })
    expect((await change(secret('a'))).code).toBe(200)
    expect(causes(await change(secret('b')))[0]).toMatch(
      /^spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable/,
    )
    expect(causes(await change({ volumeMode: 'Block' }))).toEqual(['volumeMode: Invalid value: "Block": field is immutable'])
    expect((await change({ capacity: { storage: '2Gi' }, accessModes: ['ReadOnlyMany'] })).code).toBe(200)
  })

  test('say everything twice that is wrong with the whole volume', async () => {
    await make(CSI)
    expect(causes(await change({ accessModes: [] }))).toEqual(['spec.accessModes: Required value', 'spec.accessModes: Required value'])
  })

  test('name nodes once, and by the new names of labels later', async () => {
    await make(CSI)
    const affinity = (key: string, ...values: string[]): object => ({
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] } },
    })
    const old = 'failure-domain.beta.kubernetes.io/zone'
    expect((await change(affinity(old, 'a'))).code).toBe(200)
    expect(causes(await change(affinity('topology.kubernetes.io/zone', 'b')))).toHaveLength(1)
    expect((await change(affinity('topology.kubernetes.io/zone', 'a'))).code).toBe(200)
    expect(causes(await change(affinity(old, 'a')))[0]).toContain('field is immutable, except for updating from beta label to GA')
    expect(causes(await change({ nodeAffinity: null }))[0]).toContain('nodeAffinity: Invalid value: "null": field is immutable')
  })

  test('change the attributes class, but never to none', async () => {
    await make({ ...CSI, volumeAttributesClassName: 'silver' })
    expect((await change({ volumeAttributesClassName: 'gold' })).code).toBe(200)
    const message = 'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden'
    expect(causes(await change({ volumeAttributesClassName: null }))).toEqual([message])
  })
})

describe('volumeStrategy without VolumeAttributesClass', () => {
  test('drops the class of a new volume, and judges none', async () => {
    server = await TestServer.start()
    const { code, body } = await make({ nfs: { server: 's', path: '/' }, volumeAttributesClassName: '' })
    expect(code).toBe(201)
    expect(body['spec']).not.toHaveProperty('volumeAttributesClassName')
  })
})

describe('status.lastPhaseTransitionTime', () => {
  const T1 = '2020-01-01T00:00:00Z'
  const write = async (status: object): Promise<unknown> =>
    (await server.update('persistentvolumes/pv/status', { metadata: { name: 'pv' }, status })).body['status']

  test('follows the phase, and what a client says otherwise', async () => {
    await make(CSI)
    await server.clock.advance(60_000)
    const now = formatTime(server.clock.wallMs())
    expect(await write({ phase: 'Available' })).toEqual({ phase: 'Available', lastPhaseTransitionTime: now })
    expect(await write({ phase: 'Available', lastPhaseTransitionTime: T1 })).toEqual({ phase: 'Available', lastPhaseTransitionTime: T1 })
    expect(await write({ phase: 'Available' })).toEqual({ phase: 'Available', lastPhaseTransitionTime: T1 })
    expect(await write({ phase: 'Bound', lastPhaseTransitionTime: T1 })).toEqual({ phase: 'Bound', lastPhaseTransitionTime: now })
    const other = '2021-01-01T00:00:00Z'
    expect(await write({ phase: 'Released', lastPhaseTransitionTime: other })).toEqual({
      phase: 'Released',
      lastPhaseTransitionTime: other,
    })
  })
})
