import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { boundTo, inPhase, naming, referringTo, unbound, without } from './binding-steps.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, CAPACITY_BEFORE_EXPANSION } from './storage-annotations.ts'

const ON = { enabled: () => true }
const OFF = { enabled: () => false }
const volume = (spec: PersistentVolume['spec'] = {}, annotations?: Record<string, string>): PersistentVolume => ({
  metadata: { name: 'disk', ...(annotations === undefined ? {} : { annotations }) },
  spec: { capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], ...spec },
  status: { phase: 'Available' },
})
const claim = (status: NonNullable<PersistentVolumeClaim['status']>, spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'n', name: 'data', uid: 'u', resourceVersion: '7' },
  spec,
  status,
})
const waiting = claim({ phase: 'Pending' })
const reference = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'n', name: 'data', uid: 'u', resourceVersion: '7' }
const OURS = { [BOUND_BY_CONTROLLER]: 'yes' }

describe('referringTo()', () => {
  test('marks what it has chosen, leaves the credit for a reservation, and changes nothing that is right', () => {
    const chosen = referringTo(volume(), waiting)
    expect([chosen.spec?.claimRef, chosen.metadata.annotations]).toEqual([reference, OURS])
    const kept = referringTo(volume({ claimRef: { namespace: 'n', name: 'data' } }), waiting)
    expect([kept.spec?.claimRef, kept.metadata.annotations]).toEqual([reference, undefined])
    expect(referringTo(chosen, waiting)).toBe(chosen)
  })
})

describe('inPhase()', () => {
  test('takes away the message of the phase before', () => {
    const failed: PersistentVolume = { ...volume(), status: { phase: 'Failed', message: 'no', lastPhaseTransitionTime: 't' } }
    expect(inPhase(failed, 'Available').status).toEqual({ phase: 'Available', lastPhaseTransitionTime: 't' })
    expect(inPhase(failed, 'Failed')).toBe(failed)
  })
})

describe('unbound()', () => {
  test('takes a reference of ours back altogether, and of a reservation the uid', () => {
    expect(unbound(volume({ claimRef: reference }, OURS))).toEqual(volume())
    expect(unbound(volume({ claimRef: reference }, { ...OURS, a: 'b' })).metadata.annotations).toEqual({ a: 'b' })
    const { uid: _uid, ...kept } = reference
    expect(unbound(volume({ claimRef: reference })).spec?.claimRef).toEqual(kept)
  })
})

describe('naming()', () => {
  test('marks what it has chosen, and only completes what the claim named', () => {
    expect(naming(waiting, volume())).toMatchObject({
      metadata: { annotations: { ...OURS, [BIND_COMPLETED]: 'yes' } },
      spec: { volumeName: 'disk' },
    })
    const named = naming(claim({ phase: 'Pending' }, { volumeName: 'disk' }), volume())
    expect(named.metadata.annotations).toEqual({ [BIND_COMPLETED]: 'yes' })
    expect(naming(named, volume())).toBe(named)
  })
})

describe('boundTo()', () => {
  const gold = volume({ volumeAttributesClassName: 'gold' })
  const full = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } } as const

  test('tells a claim that was Pending all that it has', () => {
    expect(boundTo(waiting, gold, ON).status).toEqual({ ...full, currentVolumeAttributesClassName: 'gold' })
    expect(boundTo(waiting, gold, OFF).status).toEqual(full)
    expect(boundTo(waiting, volume({}, { [CAPACITY_BEFORE_EXPANSION]: '1Gi' }), ON).status?.capacity).toEqual({ storage: '1Gi' })
  })

  test('tells a Lost claim its capacity, and one that is Bound its access modes only', () => {
    expect(boundTo(claim({ phase: 'Lost' }), gold, ON).status).toEqual(full)
    const before = claim({ ...full, accessModes: ['ReadWriteMany'], capacity: { storage: '1Gi' } })
    expect(boundTo(before, gold, ON).status).toEqual({ ...full, capacity: { storage: '1Gi' } })
    const settled = claim({ ...full, accessModes: [...full.accessModes] })
    expect(boundTo(settled, gold, ON)).toBe(settled)
  })
})

describe('without()', () => {
  test('keeps nothing of the volume; its class of attributes only where the gate is off', () => {
    const had = claim({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
      currentVolumeAttributesClassName: 'gold',
    })
    expect(without(had, 'Lost', ON).status).toEqual({ phase: 'Lost' })
    expect(without(had, 'Lost', OFF).status).toEqual({ phase: 'Lost', currentVolumeAttributesClassName: 'gold' })
    expect(without(waiting, 'Pending', ON)).toBe(waiting)
  })
})
