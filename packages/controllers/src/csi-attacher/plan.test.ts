import { describe, expect, test } from '@jest/globals'
import type { CsiDriverInfo } from '@kubetape/csi'
import { attachmentOf, boundVolume, DRIVER } from '../attach-detach/testing/attached-objects.ts'
import { type AttachmentObserved, finalizerOf, NODE_ID_ANNOTATION, plan } from './plan.ts'

const info = (...controllerCapabilities: string[]): CsiDriverInfo => ({
  name: DRIVER,
  vendorVersion: '1',
  pluginCapabilities: [],
  controllerCapabilities,
  nodeCapabilities: [],
})
const FINALIZER = 'external-attacher/csi-example-com'
const fresh = attachmentOf('data', 'n', { attached: false })
const held = { ...fresh, metadata: { ...fresh.metadata, finalizers: [FINALIZER], annotations: { [NODE_ID_ANNOTATION]: 'id' } } }
const deleted = { ...held, metadata: { ...held.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' } }
const volume = boundVolume('data')
const observed = (rest: Partial<AttachmentObserved> = {}): AttachmentObserved => ({
  attachment: fresh,
  volume,
  csiNode: { metadata: { name: 'n' }, spec: { drivers: [{ name: DRIVER, nodeID: 'id' }] } },
  info: info('PUBLISH_UNPUBLISH_VOLUME'),
  others: [],
  ...rest,
})

describe('plan() of an attacher', () => {
  test('publishes, and holds volume and attachment before', () => {
    expect(plan(observed())).toEqual({
      type: 'attach',
      holdsVolume: true,
      holdsAttachment: true,
      request: {
        volumeId: 'handle-data',
        nodeId: 'id',
        volumeCapability: { accessMode: 'SINGLE_NODE_WRITER', mount: {} },
        readonly: false,
      },
      secret: undefined,
    })
  })

  test('holds nothing twice', () => {
    const heldVolume = { ...volume, metadata: { ...volume.metadata, finalizers: [FINALIZER] } }
    expect(plan(observed({ attachment: held, volume: heldVolume }))).toMatchObject({ holdsVolume: false, holdsAttachment: false })
  })

  test.each([
    { can: ['PUBLISH_UNPUBLISH_VOLUME'], readonly: false },
    { can: ['PUBLISH_UNPUBLISH_VOLUME', 'PUBLISH_READONLY'], readonly: true },
  ])('publishes a read-only volume with readonly $readonly to a driver that can $can', ({ can, readonly }) => {
    const readOnly = { ...volume, spec: { ...volume.spec, csi: { ...volume.spec.csi!, readOnly: true } } }
    expect(plan(observed({ volume: readOnly, info: info(...can) }))).toMatchObject({ request: { readonly } })
  })

  test.each<[string, Partial<AttachmentObserved>, object]>([
    ['does nothing for a driver that is not connected', { info: undefined }, { type: 'none' }],
    ['says attached for a driver that attaches nothing', { info: info() }, { type: 'mark' }],
    ['does not detach for such a driver', { info: info(), attachment: deleted }, { type: 'none' }],
    ['rests when attached', { attachment: attachmentOf('data', 'n') }, { type: 'none' }],
    [
      'detaches before the attachment goes',
      { attachment: deleted },
      { type: 'detach', request: { volumeId: 'handle-data', nodeId: 'id' } },
    ],
    [
      'leaves the volume with the driver for another node of the same id',
      { attachment: deleted, others: [held] },
      { type: 'detach', isShared: true },
    ],
    ['detaches with the last of them', { attachment: deleted, others: [deleted] }, { type: 'detach', isShared: false }],
    ['remembers the node', { attachment: deleted, csiNode: undefined }, { type: 'detach', request: { nodeId: 'id' } }],
    [
      'leaves an attachment alone that it does not hold',
      { attachment: { ...deleted, metadata: { ...deleted.metadata, finalizers: ['x/y'] } } },
      { type: 'none' },
    ],
    ['misses the volume', { volume: undefined }, { type: 'refuse', what: 'attach', message: 'persistentvolume "pv-data" not found' }],
    [
      'attaches no volume that is being deleted',
      { volume: { ...volume, metadata: { ...volume.metadata, deletionTimestamp: 'x' } } },
      { type: 'refuse', message: 'PersistentVolume "pv-data" is marked for deletion' },
    ],
    ['misses the node', { csiNode: undefined }, { type: 'refuse', message: 'csinode.storage.k8s.io "n" not found' }],
    [
      'misses the driver on the node',
      { csiNode: { metadata: { name: 'n' }, spec: { drivers: [] } } },
      { type: 'refuse', message: `CSINode n does not contain driver ${DRIVER}` },
    ],
    [
      'attaches volumes of CSI only',
      { volume: { ...volume, spec: { hostPath: { path: '/x' } } } },
      { type: 'refuse', message: 'pv spec contained non-csi source that was not migrated' },
    ],
  ])('%s', (_, given, then) => {
    expect(plan(observed(given))).toMatchObject(then)
  })
})

describe('finalizerOf()', () => {
  test.each([
    ['csi.example.com', FINALIZER],
    ['a_b.', 'external-attacher/a-b-X'],
  ])('of %s is %s', (driver, finalizer) => {
    expect(finalizerOf(driver)).toBe(finalizer)
  })
})
