import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { MIGRATED_TO, PROVISIONED_BY } from '../persistent-volume/storage-annotations.ts'
import { EXTERNAL_FINALIZER } from '../persistent-volume/volume-finalizers.ts'
import { driversOf, reclaimPlan } from './reclaim-plan.ts'
import { volumeHandleOf } from './volume-handle.ts'

const DRIVER = 'csi.example.com'
const deletionTimestamp = '2024-01-01T00:00:00Z'
const held = { finalizers: [EXTERNAL_FINALIZER] }
const volume = (phase: string, metadata: PersistentVolume['metadata'] = {}, policy = 'Delete', spec: object = {}): PersistentVolume => ({
  metadata: { name: 'v', ...metadata },
  spec: { csi: { driver: DRIVER, volumeHandle: 'h' }, persistentVolumeReclaimPolicy: policy as 'Delete', ...spec },
  status: { phase: phase as 'Bound' },
})

describe('reclaimPlan()', () => {
  test.each<[string, PersistentVolume, string, string]>([
    ['is bound', volume('Bound'), 'hold', 'none'],
    ['is bound and held', volume('Bound', held), 'none', 'release'],
    ['is not bound yet', volume('Available'), 'none', 'none'],
    ['is bound and to be kept', volume('Bound', {}, 'Retain'), 'none', 'none'],
    ['is held and is to be kept from now on', volume('Bound', held, 'Retain'), 'release', 'release'],
    ['is held and to be recycled', volume('Bound', held, 'Recycle'), 'release', 'release'],
    ['is deleted before its claim', volume('Bound', { ...held, deletionTimestamp }), 'none', 'release'],
    ['is deleted before its claim, and not held', volume('Bound', { deletionTimestamp }), 'none', 'none'],
    ['is released', volume('Released'), 'delete', 'delete'],
    ['is released and held', volume('Released', held), 'delete', 'release'],
    ['was deleted before its claim and is released', volume('Released', { ...held, deletionTimestamp }), 'delete', 'release'],
    ['was deleted and is not held any more', volume('Released', { deletionTimestamp }), 'none', 'none'],
    ['is released and to be kept', volume('Released', {}, 'Retain'), 'none', 'none'],
    ['has failed', volume('Failed', held), 'none', 'release'],
  ])('is right for a volume that %s', (_, given, withGate, without) => {
    expect(reclaimPlan(given, [], true).type).toBe(withGate)
    expect(reclaimPlan(given, [], false).type).toBe(without)
  })

  test('waits for the volume to be detached', () => {
    const attachment = {
      metadata: {},
      spec: { attacher: DRIVER, nodeName: 'n', source: { persistentVolumeName: 'v' } },
    } as VolumeAttachment
    expect(reclaimPlan(volume('Released', held), [attachment], true)).toEqual({
      type: 'fail',
      message: 'persistentvolume v is still attached to node n',
    })
  })

  test('names what the driver is to delete, and has no words for what it cannot know', () => {
    expect(reclaimPlan(volume('Released', held), [], true)).toEqual({ type: 'delete', handle: 'h' })
    const nfs = volume('Released', held, 'Delete', { csi: undefined, nfs: { server: 's', path: '/' } })
    expect(reclaimPlan(nfs, [], true)).toEqual({ type: 'fail', message: 'invalid CSI PV' })
  })
})

describe('driversOf()', () => {
  const annotated = (annotations: Record<string, string>, spec: object = {}): PersistentVolume =>
    volume('Bound', { annotations }, 'Delete', spec)
  const inTree = { csi: undefined, awsElasticBlockStore: { volumeID: 'vol-1' } }
  test.each<[string, PersistentVolume, string[]]>([
    ['one made by hand', annotated({}), [DRIVER]],
    ['one that another provisioner made', annotated({ [PROVISIONED_BY]: 'other' }), ['other']],
    [
      'one of a plugin whose work was given away',
      annotated({ [PROVISIONED_BY]: 'kubernetes.io/aws-ebs', [MIGRATED_TO]: 'ebs' }, inTree),
      ['kubernetes.io/aws-ebs', 'ebs'],
    ],
    ['one made by hand for such a plugin', annotated({ [MIGRATED_TO]: 'ebs' }, inTree), ['ebs']],
    ['one in tree', annotated({}, inTree), []],
  ])('is right for %s', (_, given, found) => {
    expect(driversOf(given)).toEqual(found)
  })
})

describe('volumeHandleOf()', () => {
  test.each<[object, string | undefined]>([
    [{ awsElasticBlockStore: { volumeID: 'aws://us-east-1a/vol-1' } }, 'vol-1'],
    [{ gcePersistentDisk: { pdName: 'd' } }, 'projects/UNSPECIFIED/zones/z1/disks/d'],
    [{ azureDisk: { diskName: 'd', diskURI: '/subscriptions/d' } }, '/subscriptions/d'],
    [{ cinder: { volumeID: 'c' } }, 'c'],
    [{ vsphereVolume: { volumePath: '[ds] v.vmdk' } }, '[ds] v.vmdk'],
    [{ portworxVolume: { volumeID: 'p' } }, 'p'],
    [{ hostPath: { path: '/x' } }, undefined],
  ])('is right for %j', (source, handle) => {
    const labels = { 'topology.kubernetes.io/zone': 'z1' }
    expect(volumeHandleOf(volume('Bound', { labels }, 'Delete', { csi: undefined, ...source }))).toBe(handle)
  })
})
