import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { CsiDriverInfo } from '@kubetape/csi'
import { boundClaimOf, podWith } from '../testing/claim-objects.ts'
import { type MountObserved, planMount } from './mount-plan.ts'
import type { MountedPod, MountedVolume } from './mounts.ts'

const DRIVER = 'csi.example.com'
const NAME = `kubernetes.io/csi/${DRIVER}^handle`
const STAGING = '/k/plugins/kubernetes.io/csi/csi.example.com/c2a116aa910d147bd5bdacc2f1cc4430148955f450654ed756e9c93de1b1e1d2/globalmount'
const TARGET = '/k/pods/p/volumes/kubernetes.io~csi/pv-data/mount'
const volume: PersistentVolume = {
  metadata: { name: 'pv-data' },
  spec: {
    capacity: { storage: '2Gi' },
    accessModes: ['ReadWriteOnce'],
    csi: { driver: DRIVER, volumeHandle: 'handle', nodePublishSecretRef: { namespace: 'ns', name: 'key' } },
    claimRef: { namespace: 'ns', name: 'data', uid: 'uid-data' },
  },
}
const info = (...nodeCapabilities: string[]): CsiDriverInfo => ({
  name: DRIVER,
  vendorVersion: '1',
  pluginCapabilities: [],
  controllerCapabilities: [],
  nodeCapabilities,
})
const STAGES = info('STAGE_UNSTAGE_VOLUME', 'EXPAND_VOLUME')
const mounted = (staged: MountedVolume['staged'], pods: Record<string, Partial<MountedPod>> = {}): MountedVolume => ({
  node: 'n',
  volume: 'pv-data',
  driver: DRIVER,
  volumeHandle: 'handle',
  attachable: true,
  stagingPath: STAGING,
  staged,
  pods: Object.fromEntries(Object.entries(pods).map(([uid, pod]) => [uid, { key: 'ns/p', targetPath: TARGET, published: true, ...pod }])),
})
const observed = (rest: Partial<MountObserved> = {}): MountObserved => ({
  node: { metadata: { name: 'n' }, spec: {}, status: { volumesInUse: [NAME], volumesAttached: [{ name: NAME, devicePath: '' }] } },
  kubelet: '/k',
  volume,
  claim: boundClaimOf('data'),
  pods: [podWith(['data'])],
  mounted: undefined,
  attachment: {
    metadata: { name: 'a' },
    spec: { attacher: DRIVER, nodeName: 'n', source: {} },
    status: { attached: true, attachmentMetadata: { device: '/dev/x' } },
  },
  csiDriver: undefined,
  info: STAGES,
  ...rest,
})

const growing = { ...boundClaimOf('data'), status: { conditions: [{ type: 'FileSystemResizePending', status: 'True' }] } }
const gone = { pods: [] }

describe('planMount()', () => {
  test.each<[string, Partial<MountObserved>, object]>([
    ['stages first', {}, { type: 'stage', request: { volumeId: 'handle', publishContext: { device: '/dev/x' } } }],
    ['stages again what may have been staged', { mounted: mounted('begun') }, { type: 'stage' }],
    [
      'publishes for each Pod what is staged',
      { mounted: mounted('done') },
      { type: 'publish', request: { targetPath: TARGET, readonly: false }, secret: { name: 'key' } },
    ],
    ['publishes again what may have been published', { mounted: mounted('done', { p: { published: false } }) }, { type: 'publish' }],
    [
      'publishes at once where nothing is staged',
      { info: info() },
      { type: 'publish', request: { stagingTargetPath: '', volumeCapability: { accessMode: 'SINGLE_NODE_WRITER', mount: {} } } },
    ],
    ['rests when all have it', { mounted: mounted('done', { p: {} }) }, { type: 'none' }],
    ['waits until it is attached', { attachment: undefined }, { type: 'wait', complaint: undefined }],
    [
      'waits until the node has been told',
      { node: { metadata: { name: 'n' }, spec: {}, status: { volumesInUse: [NAME] } } },
      { type: 'wait' },
    ],
    ['waits until the node has said that it uses it', { node: { metadata: { name: 'n' }, spec: {} } }, { type: 'wait' }],
    [
      'waits for nothing where the driver attaches nothing',
      { node: undefined, attachment: undefined, csiDriver: { metadata: { name: DRIVER }, spec: { attachRequired: false } } },
      { type: 'stage' },
    ],
    [
      'complains that the driver is away',
      { info: undefined },
      {
        type: 'wait',
        complaint: `MountVolume.MountDevice failed for volume "pv-data" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${DRIVER} not found in the list of registered CSI drivers`,
      },
    ],
    [
      'takes down for Pods that are gone',
      { ...gone, mounted: mounted('done', { p: {} }) },
      { type: 'unpublish', podUid: 'p', targetPath: TARGET },
    ],
    ['takes down before it sets up', { mounted: mounted('done', { old: {} }) }, { type: 'unpublish', podUid: 'old' }],
    ['takes down a volume that is gone', { ...gone, volume: undefined, mounted: mounted('done', { p: {} }) }, { type: 'unpublish' }],
    ['unstages at last', { ...gone, mounted: mounted('done') }, { type: 'unstage', stagingPath: STAGING }],
    ['unstages what may have been staged', { ...gone, mounted: mounted('begun') }, { type: 'unstage' }],
    ['forgets what was never staged', { ...gone, mounted: mounted('no') }, { type: 'forget' }],
    [
      'takes nothing down without the driver',
      { ...gone, info: undefined, mounted: mounted('done') },
      { type: 'wait', complaint: undefined },
    ],
    ['passes over what is no CSI volume', { volume: { ...volume, spec: { hostPath: { path: '/x' } } } }, { type: 'none' }],
    [
      'grows where it is mounted',
      { claim: growing, mounted: mounted('done', { p: {} }) },
      {
        type: 'expand',
        size: '2Gi',
        request: { volumePath: TARGET, stagingTargetPath: STAGING, capacityRange: { requiredBytes: 2 ** 31 } },
      },
    ],
    [
      'says that it has grown where the driver has nothing to do for it',
      { claim: growing, info: info(), mounted: mounted('no', { p: {} }) },
      { type: 'expand', request: undefined },
    ],
  ])('%s', (_, given, then) => {
    expect(planMount(observed(given))).toMatchObject(then)
  })

  test('tells drivers that ask for it who the Pod is', () => {
    const csiDriver = { metadata: { name: DRIVER }, spec: { podInfoOnMount: true } }
    expect(planMount(observed({ csiDriver, mounted: mounted('done') }))).toMatchObject({
      request: { volumeContext: { 'csi.storage.k8s.io/pod.name': 'p', 'csi.storage.k8s.io/ephemeral': 'false' } },
    })
  })

  test('mounts read-only where the Pod asks for it', () => {
    const pod = podWith(['data'])
    pod.spec.volumes![0]!.persistentVolumeClaim!.readOnly = true
    expect(planMount(observed({ pods: [pod], mounted: mounted('done') }))).toMatchObject({ request: { readonly: true } })
  })

  test('has folders of their own for block devices', () => {
    const block = { ...volume, spec: { ...volume.spec, volumeMode: 'Block' as const } }
    expect(planMount(observed({ volume: block }))).toMatchObject({
      request: {
        stagingTargetPath: '/k/plugins/kubernetes.io/csi/volumeDevices/staging/pv-data',
        volumeCapability: { accessMode: 'SINGLE_NODE_WRITER' },
      },
    })
  })
})
