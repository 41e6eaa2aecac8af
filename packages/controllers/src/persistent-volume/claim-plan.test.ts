import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { type ClaimAction, type ClaimObserved, isSettled, planClaim } from './claim-plan.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, CLASS_ANNOTATION, SELECTED_NODE } from './storage-annotations.ts'

type Volume = PersistentVolume
type Claim = PersistentVolumeClaim

const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'n', name: 'data', uid: 'u', resourceVersion: '1' }
const volume = (spec: Volume['spec'] = {}, metadata: Volume['metadata'] = {}): Volume => ({
  metadata: { name: 'disk', ...metadata },
  spec: { capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'a', ...spec },
  status: { phase: 'Available' },
})
const claim = (
  spec: Claim['spec'] = {},
  annotations: Record<string, string> = {},
  status: Claim['status'] = { phase: 'Pending' },
): Claim => ({
  metadata: { namespace: 'n', name: 'data', uid: 'u', resourceVersion: '1', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'a', ...spec },
  status,
})
const late: StorageClass = { metadata: { name: 'a' }, provisioner: 'csi.example.com', volumeBindingMode: 'WaitForFirstConsumer' }
const plan = (given: Claim, more: Partial<ClaimObserved> = {}): ClaimAction[] =>
  planClaim({
    claim: given,
    named: undefined,
    storageClass: undefined,
    gates: { enabled: () => true },
    match: () => undefined,
    defaultClass: () => undefined,
    unscheduledPods: () => [],
    ...more,
  })
const pending: ClaimAction = { type: 'without-volume', phase: 'Pending' }
const tell = (eventType: 'Normal' | 'Warning', reason: string, message: string): ClaimAction => ({
  type: 'event',
  eventType,
  reason,
  message,
})
const withoutClass = { metadata: claim().metadata, spec: { accessModes: ['ReadWriteOnce' as const] }, status: {} }

describe('planClaim()', () => {
  const disk = volume()
  test.each<[string, Claim, Partial<ClaimObserved>, ClaimAction[]]>([
    ['for which a volume fits', claim(), { match: () => disk }, [{ type: 'bind', volume: disk }]],
    ['that nothing fits', claim(), {}, [{ type: 'provision' }]],
    [
      'without class that nothing fits',
      claim({ storageClassName: '' }),
      {},
      [tell('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'), pending],
    ],
    ['that says nothing of its class', withoutClass, { defaultClass: () => late }, [{ type: 'set-class', className: 'a' }]],
    [
      'whose old annotation asks for no class',
      claim({}, { [CLASS_ANNOTATION]: '' }),
      { defaultClass: () => late },
      [tell('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'), pending],
    ],
    [
      'that waits for its first consumer',
      claim(),
      { storageClass: late },
      [tell('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding'), pending],
    ],
    [
      'whose consumer has no node',
      claim(),
      { storageClass: late, unscheduledPods: () => ['web'] },
      [tell('Normal', 'WaitForPodScheduled', 'waiting for pod web to be scheduled'), pending],
    ],
    [
      'whose consumers have no node',
      claim(),
      { storageClass: late, unscheduledPods: () => ['a', 'b'] },
      [tell('Normal', 'WaitForPodScheduled', 'waiting for pods a,b to be scheduled'), pending],
    ],
    ['whose consumer has a node', claim({}, { [SELECTED_NODE]: 'node' }), { storageClass: late }, [{ type: 'provision' }]],
    ['whose volume is not there', claim({ volumeName: 'disk' }), {}, [pending]],
    ['that names a free volume', claim({ volumeName: 'disk' }), { named: disk }, [{ type: 'bind', volume: disk }]],
    [
      'that names a small volume',
      claim({ volumeName: 'disk', resources: { requests: { storage: '3Gi' } } }),
      { named: disk },
      [tell('Warning', 'VolumeMismatch', 'Cannot bind to requested volume "disk": requested PV is too small'), pending],
    ],
    [
      'that names a volume of somebody else',
      claim({ volumeName: 'disk' }),
      { named: volume({ claimRef: { ...claimRef, name: 'other' } }) },
      [tell('Warning', 'FailedBinding', 'volume "disk" already bound to a different claim.'), pending],
    ],
    [
      'that was bound to a volume of somebody else',
      claim({ volumeName: 'disk' }, { [BOUND_BY_CONTROLLER]: 'yes' }),
      { named: volume({ claimRef: { ...claimRef, name: 'other' } }) },
      [{ type: 'fail', message: 'invalid binding of claim "n/data" to volume "disk": volume already claimed by "n/other"' }],
    ],
  ])('is right for a claim %s', (_, given, more, actions) => {
    expect(plan(given, more)).toEqual(actions)
  })

  test.each<[string, Volume, string]>([
    ['that is being deleted', volume({}, { deletionTimestamp: '2024-01-01T00:00:00Z' }), 'the volume is marked for deletion "disk"'],
    ['of another class', volume({ storageClassName: 'b' }), 'storageClassName does not match'],
    ['of another class of attributes', volume({ volumeAttributesClassName: 'gold' }), 'VolumeAttributesClassName does not match'],
    ['of the other mode', volume({ volumeMode: 'Block' }), 'incompatible volumeMode'],
    ['without the access mode', volume({ accessModes: ['ReadOnlyMany'] }), 'incompatible accessMode'],
  ])('says why a named volume %s does not do', (_, named, why) => {
    expect(plan(claim({ volumeName: 'disk' }), { named })).toEqual([
      tell('Warning', 'VolumeMismatch', `Cannot bind to requested volume "disk": ${why}`),
      pending,
    ])
  })

  test('binds what both sides name, whatever does not fit, and does not look at classes of attributes when the gate is off', () => {
    const named = volume({ claimRef: { namespace: 'n', name: 'data' }, storageClassName: 'b', capacity: { storage: '1Mi' } })
    expect(plan(claim({ volumeName: 'disk' }), { named })).toEqual([{ type: 'bind', volume: named }])
    const gold = volume({ volumeAttributesClassName: 'gold' })
    const off = { enabled: () => false }
    expect(plan(claim({ volumeName: 'disk' }), { named: gold, gates: off })).toEqual([{ type: 'bind', volume: gold }])
  })
})

describe('planClaim() of a claim that was bound', () => {
  const marks = { [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' }
  const status: Claim['status'] = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } }
  const bound = claim({ volumeName: 'disk' }, marks, status)
  const its: Volume = { ...volume({ claimRef }), status: { phase: 'Bound' } }
  const lost = (reason: string, message: string): ClaimAction[] => [
    { type: 'without-volume', phase: 'Lost' },
    tell('Warning', reason, message),
  ]

  test('does nothing while all is well, and finishes what is not', () => {
    expect([plan(bound, { named: its }), isSettled(bound, its)]).toEqual([[], true])
    const larger = volume({ claimRef, capacity: { storage: '9Gi' } })
    expect(plan(bound, { named: { ...larger, status: { phase: 'Bound' } } })).toEqual([])
    for (const named of [volume(), volume({ claimRef }), { ...volume({ claimRef, accessModes: ['ReadWriteMany'] }), status: its.status! }])
      expect(plan(bound, { named })).toEqual([{ type: 'bind', volume: named }])
  })

  test('says once that its volume is lost, and how', () => {
    const gone = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
    expect(plan(bound)).toEqual(lost('ClaimLost', gone))
    expect(plan({ ...bound, status: { phase: 'Lost' } })).toEqual([])
    expect(plan(claim({}, marks, status))).toEqual(
      lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!'),
    )
    expect(plan(bound, { named: volume({ claimRef: { ...claimRef, uid: 'other' } }) })).toEqual(
      lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly'),
    )
  })
})
