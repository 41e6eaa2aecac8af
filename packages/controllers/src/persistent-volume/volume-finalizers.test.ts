import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { migratedTo, migrationAnnotations, CLAIM_PROVISIONER } from './csi-migration.ts'
import { MIGRATED_TO, PROVISIONED_BY, STORAGE_PROVISIONERS } from './storage-annotations.ts'
import { deletionFinalizers, EXTERNAL_FINALIZER, IN_TREE_FINALIZER, withDeletionMarks } from './volume-finalizers.ts'

const gates = (...on: string[]) => ({ enabled: (name: string) => on.includes(name) })
const ON = gates('HonorPVReclaimPolicy')
const PROTECTION = 'kubernetes.io/pv-protection'

type Policy = 'Delete' | 'Recycle' | 'Retain'
const volume = (policy: Policy, provisioner?: string, finalizers: string[] = [PROTECTION]): PersistentVolume => ({
  metadata: {
    name: 'v',
    finalizers,
    ...(provisioner === undefined ? {} : { annotations: { [PROVISIONED_BY]: provisioner } }),
  },
  spec: { persistentVolumeReclaimPolicy: policy },
})

const terminating = (one: PersistentVolume): PersistentVolume => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' },
})

describe('deletionFinalizers()', () => {
  const HOST_PATH = 'kubernetes.io/host-path'
  test.each<[string, PersistentVolume, string[]]>([
    ['made in tree, to be deleted', volume('Delete', HOST_PATH), [PROTECTION, IN_TREE_FINALIZER]],
    ['that has it already', volume('Delete', HOST_PATH, [IN_TREE_FINALIZER]), [IN_TREE_FINALIZER]],
    ['of an unknown provisioner in tree', volume('Delete', 'kubernetes.io/nobody'), [PROTECTION, IN_TREE_FINALIZER]],
    ['whose policy became Retain', volume('Retain', HOST_PATH, [IN_TREE_FINALIZER, PROTECTION]), [PROTECTION]],
    ['whose policy became Recycle', volume('Recycle', HOST_PATH, [IN_TREE_FINALIZER, PROTECTION]), [PROTECTION]],
    ['of a migration rolled back', volume('Delete', HOST_PATH, [EXTERNAL_FINALIZER]), [IN_TREE_FINALIZER]],
    ['migrated to a driver', volume('Delete', 'kubernetes.io/aws-ebs', [IN_TREE_FINALIZER, EXTERNAL_FINALIZER]), [EXTERNAL_FINALIZER]],
    ['of a driver', volume('Delete', 'csi.example', [EXTERNAL_FINALIZER]), [EXTERNAL_FINALIZER]],
    ['that is being deleted', terminating(volume('Delete', HOST_PATH)), [PROTECTION]],
    ['made by hand', volume('Delete', undefined, [IN_TREE_FINALIZER]), [IN_TREE_FINALIZER]],
  ])('is right for a volume %s', (_, given, wanted) => {
    expect(deletionFinalizers(given, ON)).toEqual(wanted)
  })

  test('leaves all as it is when HonorPVReclaimPolicy is off', () => {
    const given = volume('Delete', HOST_PATH, [EXTERNAL_FINALIZER])
    expect(deletionFinalizers(given, gates())).toBe(given.metadata.finalizers)
  })
})

describe('withDeletionMarks()', () => {
  test('answers the very same volume when nothing is to be changed', () => {
    for (const given of [volume('Delete', 'kubernetes.io/host-path', [IN_TREE_FINALIZER]), { metadata: { name: 'v' }, spec: {} }])
      expect(withDeletionMarks(given, ON)).toBe(given)
  })

  test('marks a volume of a plugin that moved to CSI, and lets it go', () => {
    const marked = withDeletionMarks(volume('Delete', 'kubernetes.io/gce-pd', [IN_TREE_FINALIZER]), ON)
    expect(marked?.metadata).toEqual({
      name: 'v',
      finalizers: [],
      annotations: { [PROVISIONED_BY]: 'kubernetes.io/gce-pd', [MIGRATED_TO]: 'pd.csi.storage.gke.io' },
    })
  })
})

describe('migrationAnnotations()', () => {
  test('takes a mark without ground off', () => {
    const annotations = { [STORAGE_PROVISIONERS[0]]: 'kubernetes.io/host-path', [MIGRATED_TO]: 'csi.example', other: 'kept' }
    expect(migrationAnnotations({ metadata: { name: 'c', annotations } }, CLAIM_PROVISIONER, ON)).toEqual({
      [STORAGE_PROVISIONERS[0]]: 'kubernetes.io/host-path',
      other: 'kept',
    })
  })
})

describe('migratedTo()', () => {
  test('follows CSIMigrationPortworx for Portworx only', () => {
    expect(migratedTo('kubernetes.io/portworx-volume', gates())).toBeUndefined()
    expect(migratedTo('kubernetes.io/portworx-volume', gates('CSIMigrationPortworx'))).toBe('pxd.portworx.com')
    expect(migratedTo('kubernetes.io/cinder', gates())).toBe('cinder.csi.openstack.org')
  })
})
