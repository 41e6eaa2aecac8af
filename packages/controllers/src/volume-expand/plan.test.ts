import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '@kubetape/api/types/core/v1'
import { applyMergePatch, type KubeObject, mergePatchBetween } from '@kubetape/apimachinery'
import { plan } from './plan.ts'

const NOW = Date.parse('2024-08-13T00:00:00Z')
const TIME = '2024-08-13T00:00:00Z'
const MARK = 'volume.alpha.kubernetes.io/pre-resize-capacity'
const RESIZER = 'volume.kubernetes.io/storage-resizer'
const RESIZING = { type: 'Resizing', status: 'True', lastTransitionTime: TIME }
const PENDING = {
  type: 'FileSystemResizePending',
  status: 'True',
  lastTransitionTime: TIME,
  message: 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
}
const flexVolume = { driver: 'example.com/flex' }

const claim = (request: string, status: PersistentVolumeClaimStatus = {}): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'n', uid: 'c' },
  spec: { volumeName: 'disk', resources: { requests: { storage: request } } },
  status: { phase: 'Bound', capacity: { storage: '1Gi' }, ...status },
})
const volume = (
  storage = '1Gi',
  spec: PersistentVolume['spec'] = { flexVolume },
  annotations: Record<string, string> = {},
): PersistentVolume => ({
  metadata: { name: 'disk', annotations },
  spec: { capacity: { storage }, ...spec },
})
const gates = (isRecovering: boolean) => ({ enabled: (name: string) => name === 'CSIMigrationPortworx' || isRecovering })
const off = gates(false)
const on = gates(true)

describe('plan()', () => {
  test.each<[string, PersistentVolumeClaim, PersistentVolume, unknown]>([
    ['that asks for what it has', claim('1024Mi'), volume(), undefined],
    ['of a path on the host', claim('2Gi'), volume('1Gi', { hostPath: { path: '/x' } }), { type: 'left-to-others' }],
    ['of a CSI driver', claim('2Gi'), volume('1Gi', { csi: { driver: 'd', volumeHandle: 'h' } }), { type: 'left-to-others' }],
    ['whose path carries a mark', claim('1Gi'), volume('5Gi', { hostPath: { path: '/x' } }, { [MARK]: '1Gi' }), { type: 'left-to-others' }],
    ['that is Lost', claim('2Gi', { phase: 'Lost' }), volume(), undefined],
  ])('is right for a claim %s', (_, given, disk, then) => {
    expect(plan(given, disk, NOW, off)).toEqual(then)
  })

  test('leaves what has become a CSI driver to that', () => {
    const step = plan(claim('2Gi'), volume('1Gi', { awsElasticBlockStore: { volumeID: 'v' } }), NOW, off)
    expect(step).toMatchObject({
      type: 'left-to-driver',
      by: { plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com' },
      claim: { metadata: { annotations: { [RESIZER]: 'ebs.csi.aws.com' } } },
    })
    const portworx = volume('1Gi', { portworxVolume: { volumeID: 'v' } })
    expect(plan(claim('2Gi'), portworx, NOW, off)?.type).toBe('left-to-driver')
    expect(plan(claim('2Gi'), portworx, NOW, { enabled: () => false })?.type).toBe('left-to-others')
  })
})

/** Takes all steps, as a server would take them, and tells what was written. */
function walk(
  given: PersistentVolumeClaim,
  disk: PersistentVolume,
  recovers: boolean,
): { steps: string[]; claim: PersistentVolumeClaim; volume: PersistentVolume } {
  const steps: string[] = []
  const written = <T extends KubeObject>(before: T, after: T): T => applyMergePatch<T>(before, mergePatchBetween(before, after) ?? {})
  for (;;) {
    const step = plan(given, disk, NOW, recovers ? on : off)
    if (step === undefined || steps.length > 9) return { steps, claim: given, volume: disk }
    steps.push(step.type)
    if (step.type === 'write-claim') given = written(given, step.claim)
    else if (step.type === 'write-volume') disk = written(disk, step.volume)
    else throw new Error(step.type)
  }
}

describe('plan(), over all steps of a FlexVolume', () => {
  test('grows the volume and says that the node is next', () => {
    const done = walk(claim('2Gi'), volume(), false)
    expect(done.steps).toEqual(['write-claim', 'write-volume', 'write-claim', 'write-volume'])
    expect(done.claim.status).toEqual({ phase: 'Bound', capacity: { storage: '1Gi' }, conditions: [RESIZING, PENDING] })
    expect(done.claim.metadata.annotations).toEqual({ [RESIZER]: 'example.com/flex' })
    expect(done.volume).toEqual(volume('2Gi', { flexVolume }, { [MARK]: '1Gi' }))
  })

  test('accounts for what is allocated where recovery is on', () => {
    const { claim: done, volume: disk } = walk(claim('2Gi'), volume(), true)
    expect(done.status).toEqual({
      phase: 'Bound',
      capacity: { storage: '1Gi' },
      allocatedResources: { storage: '2Gi' },
      allocatedResourceStatuses: { storage: 'NodeResizePending' },
      conditions: [RESIZING, PENDING],
    })
    expect(disk).toEqual(volume('2Gi', { flexVolume }, { [MARK]: '1Gi' }))
  })

  test('takes the mark off when the node is done', () => {
    const capacity = { storage: '2Gi' }
    for (const recovers of [false, true]) {
      const done = walk(
        claim('2Gi', { capacity, allocatedResources: capacity }),
        volume('2Gi', { flexVolume }, { [MARK]: '1Gi' }),
        recovers,
      )
      expect(done).toMatchObject({ steps: ['write-volume'], volume: { metadata: { annotations: {} } } })
    }
  })

  test('lets the node finish before it goes for more, where recovery is on', () => {
    const status = {
      allocatedResources: { storage: '2Gi' },
      allocatedResourceStatuses: { storage: 'NodeResizePending' as const },
      conditions: [RESIZING, PENDING],
    }
    expect(walk(claim('3Gi', status), volume('2Gi', { flexVolume }, { [MARK]: '1Gi' }), true).steps).toEqual([])
    const next = walk(claim('3Gi', { allocatedResources: { storage: '2Gi' }, capacity: { storage: '2Gi' } }), volume('2Gi'), true)
    expect(next.claim.status).toMatchObject({
      allocatedResources: { storage: '3Gi' },
      allocatedResourceStatuses: { storage: 'NodeResizePending' },
    })
    expect(next.volume).toEqual(volume('3Gi', { flexVolume }, { [MARK]: '2Gi' }))
  })

  test('goes for more at once where it is off', () => {
    const done = walk(claim('3Gi', { conditions: [RESIZING, PENDING] }), volume('2Gi', { flexVolume }, { [MARK]: '1Gi' }), false)
    expect(done.steps).toEqual(['write-claim', 'write-volume', 'write-claim'])
    expect(done.volume).toEqual(volume('3Gi', { flexVolume }, { [MARK]: '1Gi' }))
  })

  test('lets the node try again what it could not do', () => {
    const status = { allocatedResources: { storage: '2Gi' }, allocatedResourceStatuses: { storage: 'NodeResizeInfeasible' as const } }
    const done = walk(claim('2Gi', status), volume('2Gi'), true)
    expect(done.claim.status).toMatchObject({ allocatedResourceStatuses: { storage: 'NodeResizePending' }, conditions: [PENDING] })
  })

  test('is done at once with a block device, and keeps conditions about other matters', () => {
    const other = { type: 'Example', status: 'True' }
    const disk = volume('1Gi', { flexVolume, volumeMode: 'Block' })
    const plain = walk(claim('2Gi', { conditions: [other] }), disk, false)
    expect(plain.claim.status).toEqual({ phase: 'Bound', capacity: { storage: '2Gi' }, conditions: [other] })
    expect(walk(claim('2Gi'), disk, true).claim.status).toEqual({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      allocatedResources: { storage: '2Gi' },
      conditions: [],
    })
  })
})
