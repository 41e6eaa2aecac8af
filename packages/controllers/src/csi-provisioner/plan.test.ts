import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import type { CsiDriverInfo } from '@kubetape/csi'
import { plan, type ProvisionInput } from './plan.ts'

const DRIVER = 'csi.example.com'
const driver: CsiDriverInfo = {
  name: DRIVER,
  vendorVersion: '1',
  pluginCapabilities: ['CONTROLLER_SERVICE'],
  controllerCapabilities: ['CREATE_DELETE_VOLUME', 'CLONE_VOLUME', 'MODIFY_VOLUME'],
  nodeCapabilities: [],
}
const claim = (spec: object = {}, metadata: object = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'ns', name: 'data', uid: 'u1', resourceVersion: '7', ...metadata },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'fast',
    volumeMode: 'Filesystem',
    ...spec,
  },
})
const storageClass = (more: object = {}): StorageClass => ({
  metadata: { name: 'fast' },
  provisioner: DRIVER,
  reclaimPolicy: 'Delete',
  ...more,
})
const none = { claim: undefined, volume: undefined }
const input = (more: Partial<ProvisionInput> = {}): ProvisionInput => ({
  claim: claim(),
  storageClass: storageClass(),
  driver,
  selectedNode: undefined,
  csiNodes: [],
  nodes: [],
  source: none,
  attributesClass: undefined,
  identity: 'me',
  settings: {},
  ...more,
})
const gates = (...on: string[]): { enabled: (name: string) => boolean } => ({ enabled: (name) => on.includes(name) })
const planned = (more: Partial<ProvisionInput>, ...on: string[]): ReturnType<typeof plan> => plan(input(more), gates(...on))
const intentOf = (more: Partial<ProvisionInput>, ...on: string[]): Extract<ReturnType<typeof plan>, { type: 'create' }>['intent'] => {
  const found = planned(more, ...on)
  if (found.type !== 'create') throw new Error(found.message)
  return found.intent
}

describe('plan()', () => {
  test('asks for the claim with the name of the volume as key, and knows the volume that comes of it', () => {
    const { request, volume } = intentOf({}, 'HonorPVReclaimPolicy')
    expect(request).toEqual({
      name: 'pvc-u1',
      capacityRange: { requiredBytes: 2 ** 30 },
      volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER', mount: {} }],
      parameters: {},
    })
    expect(volume).toEqual({
      metadata: {
        name: 'pvc-u1',
        annotations: {
          'pv.kubernetes.io/provisioned-by': DRIVER,
          'volume.kubernetes.io/provisioner-deletion-secret-name': '',
          'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
        },
        finalizers: ['external-provisioner.volume.kubernetes.io/finalizer'],
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'ns', name: 'data', uid: 'u1', resourceVersion: '7' },
        csi: { driver: DRIVER, volumeHandle: '', volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': 'me' } },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
      },
    })
  })

  test('holds only volumes that are to be deleted, and none without the gate', () => {
    const finalizers = (policy: string, ...on: string[]): unknown =>
      intentOf({ storageClass: storageClass({ reclaimPolicy: policy }) }, ...on).volume.metadata.finalizers
    expect(finalizers('Retain', 'HonorPVReclaimPolicy')).toBeUndefined()
    expect(finalizers('Delete')).toBeUndefined()
  })

  test('passes on what the class says', () => {
    const parameters = {
      type: 'ssd',
      'csi.storage.k8s.io/fstype': 'xfs',
      'csi.storage.k8s.io/provisioner-secret-name': '${pvc.name}',
      'csi.storage.k8s.io/provisioner-secret-namespace': '${pvc.namespace}',
      'csi.storage.k8s.io/node-publish-secret-name': 'publish',
      'csi.storage.k8s.io/node-publish-secret-namespace': 'storage',
    }
    const { request, volume, secret } = intentOf({
      storageClass: storageClass({ parameters, mountOptions: ['noatime'], reclaimPolicy: 'Retain' }),
      settings: { extraCreateMetadata: true },
    })
    expect(request.parameters).toEqual({
      type: 'ssd',
      'csi.storage.k8s.io/pvc/name': 'data',
      'csi.storage.k8s.io/pvc/namespace': 'ns',
      'csi.storage.k8s.io/pv/name': 'pvc-u1',
    })
    expect(request.volumeCapabilities).toEqual([{ accessMode: 'SINGLE_NODE_WRITER', mount: { fsType: 'xfs', mountFlags: ['noatime'] } }])
    expect(secret).toEqual({ name: 'data', namespace: 'ns' })
    expect(volume.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/provisioner-deletion-secret-name': 'data',
      'volume.kubernetes.io/provisioner-deletion-secret-namespace': 'ns',
    })
    expect(volume.spec).toMatchObject({
      mountOptions: ['noatime'],
      persistentVolumeReclaimPolicy: 'Retain',
      csi: { fsType: 'xfs', nodePublishSecretRef: { name: 'publish', namespace: 'storage' } },
    })
  })

  test.each<[string[], string[], string[]]>([
    [['ReadWriteOnce', 'ReadOnlyMany'], [], ['SINGLE_NODE_WRITER', 'MULTI_NODE_READER_ONLY']],
    [['ReadWriteOncePod'], [], ['SINGLE_NODE_WRITER']],
    [['ReadWriteOncePod'], ['SINGLE_NODE_MULTI_WRITER'], ['SINGLE_NODE_SINGLE_WRITER']],
    [['ReadWriteOnce', 'ReadWriteMany'], ['SINGLE_NODE_MULTI_WRITER'], ['SINGLE_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER']],
  ])('makes of access modes %j with %j %j', (accessModes, capabilities, modes) => {
    const able = { ...driver, controllerCapabilities: [...driver.controllerCapabilities, ...capabilities] }
    const { volumeCapabilities } = intentOf({ claim: claim({ accessModes }), driver: able }).request
    expect(volumeCapabilities.map(({ accessMode }) => accessMode)).toEqual(modes)
  })

  test('makes block volumes without a file system', () => {
    const parameters = { 'csi.storage.k8s.io/fstype': 'xfs' }
    const { request, volume } = intentOf({ claim: claim({ volumeMode: 'Block' }), storageClass: storageClass({ parameters }) })
    expect(request.volumeCapabilities).toEqual([{ accessMode: 'SINGLE_NODE_WRITER' }])
    expect(volume.spec.csi!.fsType).toBeUndefined()
    expect(volume.spec.volumeMode).toBe('Block')
  })

  test('gives the class of attributes with the gate only', () => {
    const attributesClass = { metadata: { name: 'gold' }, driverName: DRIVER, parameters: { iops: '3000' } }
    const given = { claim: claim({ volumeAttributesClassName: 'gold' }), attributesClass }
    const { request, volume } = intentOf(given, 'VolumeAttributesClass')
    expect(request.mutableParameters).toEqual({ iops: '3000' })
    expect(volume.spec.volumeAttributesClassName).toBe('gold')
    const without = intentOf(given)
    expect(without.request.mutableParameters).toBeUndefined()
    expect(without.volume.spec.volumeAttributesClassName).toBeUndefined()
  })

  const clone = claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'old' } })
  const old: PersistentVolumeClaim = { ...claim({ volumeName: 'v' }, { name: 'old', uid: 'u0' }), status: { phase: 'Bound' } }
  const oldVolume: PersistentVolume = {
    metadata: { name: 'v' },
    spec: { csi: { driver: DRIVER, volumeHandle: 'h' }, claimRef: { namespace: 'ns', name: 'old', uid: 'u0' } },
    status: { phase: 'Bound' },
  }

  test('clones the volume of another claim', () => {
    const { request } = intentOf({ claim: clone, source: { claim: old, volume: oldVolume } })
    expect(request.volumeContentSource).toEqual({ volumeId: 'h' })
  })

  test('leaves claims with other sources to whoever fills them', () => {
    const dataSourceRef = { apiGroup: 'example.com', kind: 'Backup', name: 'b' }
    expect(planned({ claim: claim({ dataSourceRef }) })).toEqual({
      type: 'leave',
      message: 'Assuming an external populator will provision the volume',
    })
  })

  const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' }
  const withoutService: CsiDriverInfo = { ...driver, pluginCapabilities: [] }
  const without = (capability: string): CsiDriverInfo => ({
    ...driver,
    controllerCapabilities: driver.controllerCapabilities.filter((one) => one !== capability),
  })
  const cloneError = (message: string): string => `error getting handle for DataSource Type PersistentVolumeClaim by Name old: ${message}`
  test.each<[string, Partial<ProvisionInput>, string]>([
    [
      'a driver without controller',
      { driver: withoutService },
      'CSI driver does not support dynamic provisioning: plugin CONTROLLER_SERVICE capability is not reported',
    ],
    [
      'a driver that makes no volumes',
      { driver: without('CREATE_DELETE_VOLUME') },
      'CSI driver does not support dynamic provisioning: controller CREATE_DELETE_VOLUME capability is not reported',
    ],
    [
      'a driver that cannot clone',
      { driver: without('CLONE_VOLUME'), claim: clone },
      'CSI driver does not support clone operations: controller CLONE_VOLUME capability is not reported',
    ],
    [
      'a driver that cannot modify',
      { driver: without('MODIFY_VOLUME'), claim: claim({ volumeAttributesClassName: 'gold' }) },
      'CSI driver does not support VolumeAttributesClass: controller MODIFY_VOLUME capability is not reported',
    ],
    [
      'a snapshot, and a driver without',
      { claim: claim({ dataSource: snapshot }) },
      'CSI driver does not support snapshot restore: controller CREATE_DELETE_SNAPSHOT capability is not reported',
    ],
    [
      'a snapshot of a kind that is not served',
      {
        claim: claim({ dataSource: snapshot }),
        driver: { ...driver, controllerCapabilities: [...driver.controllerCapabilities, 'CREATE_DELETE_SNAPSHOT'] },
      },
      'error getting handle for DataSource Type VolumeSnapshot by Name s: error getting snapshot s from api server: the server could not find the requested resource (get volumesnapshots.snapshot.storage.k8s.io s)',
    ],
    ['a selector', { claim: claim({ selector: {} }) }, 'claim Selector is not supported'],
    [
      'a class of attributes that is not there',
      { claim: claim({ volumeAttributesClassName: 'gold' }) },
      'volumeattributesclasses.storage.k8s.io "gold" not found',
    ],
    [
      'a class of attributes of another driver',
      { claim: claim({ volumeAttributesClassName: 'gold' }), attributesClass: { metadata: { name: 'gold' }, driverName: 'other' } },
      `VAC gold referenced in PVC is for driver other which does not match driver name ${DRIVER}`,
    ],
    [
      'a source that is not there',
      { claim: clone },
      cloneError('error getting PVC old (namespace "ns") from api server: persistentvolumeclaim "old" not found'),
    ],
    [
      'a source that is not bound',
      { claim: clone, source: { claim: { ...old, status: { phase: 'Pending' } }, volume: undefined } },
      cloneError('the PVC DataSource old must have a status of Bound.  Got Pending'),
    ],
    [
      'a source that is larger',
      { claim: claim({ ...clone.spec, resources: { requests: { storage: '1Mi' } } }), source: { claim: old, volume: oldVolume } },
      cloneError(
        'error, new PVC request must be greater than or equal in size to the specified PVC data source, requested 1048576 but source is 1073741824',
      ),
    ],
    [
      'a source of another driver',
      {
        claim: clone,
        source: { claim: old, volume: { ...oldVolume, spec: { ...oldVolume.spec, csi: { driver: 'other', volumeHandle: 'h' } } } },
      },
      cloneError('claim in dataSource not bound or invalid'),
    ],
    [
      'a source of another mode',
      { claim: claim({ ...clone.spec, volumeMode: 'Block' }), source: { claim: old, volume: oldVolume } },
      cloneError(
        'the source PVC and destination PVCs must have the same volume mode for cloning.  Source is Filesystem, but new PVC requested Block',
      ),
    ],
    [
      'no topology',
      { driver: { ...driver, pluginCapabilities: ['CONTROLLER_SERVICE', 'VOLUME_ACCESSIBILITY_CONSTRAINTS'] } },
      'error generating accessibility requirements: no available topology found',
    ],
  ])('says why it cannot serve %s', (_, given, message) => {
    expect(planned(given, 'VolumeAttributesClass')).toEqual({ type: 'fail', message })
  })
})
