import { describe, expect, test } from '@jest/globals'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { HOST_PATH, hostPathPlugin, nfsPlugin, recyclingSeconds } from './host-path-plugin.ts'
import { afterFailure, isPostponed } from './operation-back-off.ts'
import { askingProvisioner, classRefusal, provisionedVolume, provisionerOf, sourceRefusal } from './provision-plan.ts'
import { deleterOf } from './reclaim-delete.ts'
import { MIGRATED_TO, PROVISIONED_BY, STORAGE_PROVISIONERS } from './storage-annotations.ts'

const never = (): Promise<void> => Promise.reject(new Error('nothing is done in a plan'))
const hostPath = hostPathPlugin({ directories: { create: never, remove: never }, provisions: true })
const PLUGINS = [hostPath, nfsPlugin]
const gates = (...on: string[]) => ({ enabled: (name: string) => on.includes(name) })
const ON = gates('HonorPVReclaimPolicy', 'CSIMigrationPortworx')
const UID = '01234567-89ab-4cde-8f01-23456789abcd'

const claim = (spec: PersistentVolumeClaim['spec'] = {}, annotations = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'n', name: 'data', uid: UID, resourceVersion: '7', annotations },
  spec: { resources: { requests: { storage: '3Gi' } }, ...spec },
})
const storageClass = (more: Partial<StorageClass> = {}): StorageClass => ({ metadata: { name: 'quick' }, provisioner: HOST_PATH, ...more })

describe('provisionerOf()', () => {
  test.each([
    [HOST_PATH, { type: 'in-tree', plugin: hostPath }],
    ['csi.example', { type: 'external', name: 'csi.example' }],
    ['kubernetes.io/aws-ebs', { type: 'external', name: 'ebs.csi.aws.com' }],
    ['kubernetes.io/portworx-volume', { type: 'external', name: 'pxd.portworx.com' }],
    ['kubernetes.io/no-provisioner', { type: 'none', message: 'no volume plugin matched name: kubernetes.io/no-provisioner' }],
    ['kubernetes.io/nfs', { type: 'none', message: 'no provisionable volume plugin matched' }],
  ])('is right for %s', (provisioner, wanted) => {
    expect(provisionerOf(storageClass({ provisioner }), PLUGINS, ON)).toEqual(wanted)
  })
})

describe('askingProvisioner()', () => {
  test('marks the claim under both names, and with the driver where the plugin has moved', () => {
    const asking = askingProvisioner(claim({}, { kept: 'yes', [MIGRATED_TO]: 'stale' }), 'csi.example', ON)
    expect(asking?.metadata.annotations).toEqual({
      kept: 'yes',
      ...Object.fromEntries(STORAGE_PROVISIONERS.map((key) => [key, 'csi.example'])),
    })
    expect(askingProvisioner(asking!, 'csi.example', ON)).toBeUndefined()
    expect(askingProvisioner(claim(), 'kubernetes.io/cinder', ON)?.metadata.annotations?.[MIGRATED_TO]).toBe('cinder.csi.openstack.org')
  })
})

describe('what a plugin in tree does not serve', () => {
  test('is told in words that users know', () => {
    expect(sourceRefusal(claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'x' } }), hostPath)).toBe(
      'plugin "kubernetes.io/host-path" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource',
    )
    expect(classRefusal(storageClass({ mountOptions: ['ro', 'soft'] }))).toBe(
      'Mount options are not supported by the provisioner but StorageClass "quick" has mount options [ro soft]',
    )
    expect(() => hostPath.provisioner!.provision(claim({ volumeMode: 'Block' }), 'Delete')).toThrow(
      'kubernetes.io/host-path does not support block volume provisioning',
    )
    expect([sourceRefusal(claim(), hostPath), classRefusal(storageClass()), hostPath.provisioner!.refusal()]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const disabled = hostPathPlugin({ directories: { create: never, remove: never }, provisions: false })
    expect(disabled.provisioner!.refusal()).toBe('provisioning in volume plugin "kubernetes.io/host-path" is disabled')
  })
})

describe('provisionedVolume()', () => {
  const made = (policy: 'Delete' | 'Retain', on = ON, spec: PersistentVolumeClaim['spec'] = {}) =>
    provisionedVolume(
      claim(spec),
      storageClass({ reclaimPolicy: policy }),
      hostPath,
      hostPath.provisioner!.provision(claim(spec), policy),
      on,
    )

  test('is bound to its claim, and held until its storage is deleted', () => {
    expect(made('Delete')).toEqual({
      metadata: {
        name: `pvc-${UID}`,
        finalizers: ['kubernetes.io/pv-controller'],
        annotations: {
          'kubernetes.io/createdby': 'hostpath-dynamic-provisioner',
          'pv.kubernetes.io/bound-by-controller': 'yes',
          [PROVISIONED_BY]: HOST_PATH,
        },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '3Gi' },
        hostPath: { path: '/tmp/hostpath_pv/76543210-ba98-4cde-8f01-dcba98765432' },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'quick',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'n', name: 'data', uid: UID, resourceVersion: '7' },
      },
    })
  })

  test('is held by nothing of ours with policy Retain, or without the gate', () => {
    expect(made('Retain').metadata.finalizers).toBeUndefined()
    expect(made('Delete', gates()).metadata.finalizers).toBeUndefined()
    expect(made('Delete', ON, { accessModes: ['ReadWriteMany'] }).spec?.accessModes).toEqual(['ReadWriteMany'])
  })
})

describe('deleterOf()', () => {
  const volume = (spec: object, annotations: Record<string, string> = {}) => ({ metadata: { name: 'v', annotations }, spec })
  const path = { hostPath: { path: '/tmp/x' } }
  const nobody = 'error getting deleter volume plugin for volume "v": '
  test.each<[string, ReturnType<typeof volume>, typeof ON, unknown]>([
    ['of a plugin by its name', volume({}, { [PROVISIONED_BY]: HOST_PATH }), ON, hostPath],
    ['of a plugin by its storage', volume(path), ON, hostPath],
    ['of an external provisioner', volume(path, { [PROVISIONED_BY]: 'csi.example' }), ON, undefined],
    ['of CSI', volume({ csi: {} }), ON, undefined],
    ['that has moved to CSI', volume(path, { [MIGRATED_TO]: 'csi.example' }), ON, undefined],
    ['of CSI without the gate', volume({ csi: {} }), gates(), `${nobody}no volume plugin matched`],
    ['of an unknown plugin', volume(path, { [PROVISIONED_BY]: 'kubernetes.io/x' }), ON, 'no volume plugin matched name: kubernetes.io/x'],
    ['that cannot be deleted', volume({ nfs: {} }), ON, `${nobody}no deletable volume plugin matched`],
    ['that cannot be deleted, by name', volume({}, { [PROVISIONED_BY]: 'kubernetes.io/nfs' }), ON, 'no deletable volume plugin matched'],
    ['of a kind that nobody serves', volume({ iscsi: {} }), ON, `${nobody}no volume plugin matched`],
  ])('is right for a volume %s', (_, given, on, wanted) => {
    if (typeof wanted === 'string') expect(() => deleterOf(given, PLUGINS, on)).toThrow(wanted)
    else expect(deleterOf(given, PLUGINS, on)).toBe(wanted)
  })
})

describe('hostPathPlugin()', () => {
  test.each(['/srv/conformance', '/tmp/', '/tmp', '/var/tmp', ''])('does not delete %p', (path) => {
    expect(() => hostPath.deletion!({ metadata: {}, spec: { hostPath: { path } } })).toThrow(
      `host_path deleter only supports /tmp/.+ but received provided ${path}`,
    )
  })

  test('gives a Pod half a minute for each Gi, at least a minute', () => {
    const seconds = ['1Gi', '2Gi', '2.9Gi', '10Gi', '1Ti', undefined].map((size) => recyclingSeconds(size, { minimum: 60, perGi: 30 }))
    expect(seconds).toEqual([60, 60, 60, 300, 30_720, 60])
  })
})

describe('afterFailure()', () => {
  test('doubles from half a second to two minutes for one operation, and begins anew for another', () => {
    const waits: number[] = []
    let state = afterFailure(undefined, 'a', 0)
    for (let i = 0; i < 10; i++) {
      waits.push(state.notBeforeMs)
      state = afterFailure(state, 'a', 0)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 122_000, 122_000])
    expect(afterFailure(state, 'b', 10).notBeforeMs).toBe(510)
    expect([
      isPostponed(state, 'a', 122_000),
      isPostponed(state, 'a', 122_001),
      isPostponed(state, 'b', 0),
      isPostponed(undefined, 'a', 0),
    ]).toEqual([true, false, false, false])
  })
})
