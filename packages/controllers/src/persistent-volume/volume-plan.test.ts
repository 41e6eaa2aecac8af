import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { PROVISIONED_BY } from './storage-annotations.ts'
import { isUnsettled, planVolume, type SeenClaim, type VolumeAction } from './volume-plan.ts'

type Phase = NonNullable<PersistentVolume['status']>['phase']
const claimRef = { namespace: 'n', name: 'data', uid: 'u' }
const volume = (
  phase: Phase,
  spec: PersistentVolume['spec'] = { claimRef },
  annotations: Record<string, string> = {},
): PersistentVolume => ({
  metadata: { name: 'disk', annotations },
  spec,
  status: phase === undefined ? {} : { phase },
})
const claim = (spec: PersistentVolumeClaim['spec'] = {}, uid = 'u'): PersistentVolumeClaim => ({
  metadata: { namespace: 'n', name: 'data', uid },
  spec,
})
const nothing: SeenClaim = { seen: undefined, live: undefined }
const seen = (one: PersistentVolumeClaim): SeenClaim => ({ seen: one, live: undefined })
const gone: SeenClaim = { seen: undefined, live: null }
const phase = (to: 'Available' | 'Bound' | 'Released'): VolumeAction => ({ type: 'phase', phase: to })
const ask: VolumeAction = { type: 'read-claim' }
const reclaim: VolumeAction = { type: 'reclaim' }
const made = { [PROVISIONED_BY]: 'csi.example.com' }
const elsewhere = claim({ volumeName: 'other' })

describe('planVolume()', () => {
  test.each<[string, PersistentVolume, SeenClaim, VolumeAction[]]>([
    ['that nobody has', volume(undefined, {}), nothing, [phase('Available')]],
    ['that is free and says so', volume('Available', {}), nothing, []],
    ['that failed and is kept for nobody any more', volume('Failed', {}), nothing, [phase('Available')]],
    ['kept for a name', volume('Pending', { claimRef: { namespace: 'n', name: 'data' } }), nothing, [phase('Available')]],
    ['whose claim is about to take it', volume('Available'), seen(claim()), []],
    ['whose claim has it', volume('Available'), seen(claim({ volumeName: 'disk' })), [phase('Bound')]],
    ['whose claim has it, and that says so', volume('Bound'), seen(claim({ volumeName: 'disk' })), []],
    ['whose claim is not in sight', volume('Bound'), nothing, [ask]],
    ['whose claim is another of that name', volume('Bound'), seen(claim({}, 'new')), [ask]],
    ['whose claim is there after all', volume('Bound'), { seen: undefined, live: claim({ volumeName: 'disk' }) }, []],
    ['whose claim is newer than what is in sight', volume('Bound'), { seen: claim({}, 'old'), live: claim({ volumeName: 'disk' }) }, []],
    ['whose claim is gone', volume('Bound'), gone, [phase('Released'), reclaim]],
    ['whose claim was made again', volume('Bound'), { seen: undefined, live: claim({}, 'new') }, [phase('Released'), reclaim]],
    ['that is Released already', volume('Released'), nothing, [ask]],
    ['that is Released already, its claim gone', volume('Released'), gone, [reclaim]],
    ['whose reclaiming has failed', volume('Failed'), gone, [reclaim]],
    ['whose claim is said to have another', volume('Bound'), seen(elsewhere), [ask]],
    ['whose claim has another', volume('Available'), { seen: elsewhere, live: elsewhere }, [{ type: 'unbind' }]],
    [
      'made for a claim that has another, to be deleted',
      volume('Pending', { claimRef, persistentVolumeReclaimPolicy: 'Delete' }, made),
      { seen: elsewhere, live: elsewhere },
      [phase('Released'), reclaim],
    ],
    [
      'made for a claim that has another, to be kept',
      volume('Pending', { claimRef, persistentVolumeReclaimPolicy: 'Retain' }, made),
      { seen: elsewhere, live: elsewhere },
      [{ type: 'unbind' }],
    ],
  ])('is right for a volume %s', (_, given, known, actions) => {
    expect(planVolume(given, known)).toEqual(actions)
  })

  test('tells both sides that their modes differ', () => {
    expect(planVolume(volume(undefined, { claimRef, volumeMode: 'Block' }), seen(claim()))).toEqual([
      {
        type: 'event',
        about: 'volume',
        reason: 'VolumeMismatch',
        message: 'Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.',
      },
      {
        type: 'event',
        about: 'claim',
        reason: 'VolumeMismatch',
        message: 'Cannot bind PersistentVolume "disk" to requested PersistentVolumeClaim due to incompatible volumeMode.',
      },
    ])
  })
})

describe('isUnsettled()', () => {
  test.each<[boolean, PersistentVolume]>([
    [true, volume(undefined, {})],
    [false, volume('Available', {})],
    [true, volume('Available')],
    [false, volume('Bound')],
    [true, volume('Released', { claimRef, persistentVolumeReclaimPolicy: 'Delete' })],
    [false, volume('Released', { claimRef, persistentVolumeReclaimPolicy: 'Retain' })],
  ])('is %s where a resync must, or need not, look again', (wanted, given) => {
    expect(isUnsettled(given)).toBe(wanted)
  })
})
