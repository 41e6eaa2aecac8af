import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { plan, PROTECTION_FINALIZER } from './plan.ts'
import { volumeProtectionController } from './volume-protection-controller.ts'

describe('plan()', () => {
  const deletionTimestamp = '2024-01-01T00:00:00Z'
  const finalizers = [PROTECTION_FINALIZER]
  test.each<[string, PersistentVolume['metadata'], string, string]>([
    ['lives without protection', {}, 'Available', 'protect'],
    ['lives under protection', { finalizers }, 'Available', 'none'],
    ['is bound to the end', { finalizers, deletionTimestamp }, 'Bound', 'none'],
    ['is free at the end', { finalizers, deletionTimestamp }, 'Released', 'release'],
    ['is kept by others', { finalizers: ['example.com/x'], deletionTimestamp }, 'Released', 'none'],
  ])('is right for a volume that %s', (_, metadata, phase, then) => {
    expect(plan({ metadata, spec: {}, status: { phase: phase as 'Bound' } })).toBe(then)
  })
})

describe('volumeProtectionController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('holds a bound volume until it is released, and leaves other finalizers', async () => {
    running = await runControllers([volumeProtectionController()])
    const { cluster, clock } = running
    const finalizers = async (): Promise<string[] | undefined> => (await cluster.get(VolumeKind, { name: 'v' })).metadata.finalizers
    await cluster.create<PersistentVolume>(VolumeKind, {
      metadata: { name: 'v', finalizers: ['example.com/x'] },
      spec: {},
      status: { phase: 'Bound' },
    })
    await clock.advance(1)
    expect(await finalizers()).toEqual(['example.com/x', PROTECTION_FINALIZER])
    await cluster.delete(VolumeKind, { name: 'v' })
    await clock.advance(1)
    expect(await finalizers()).toContain(PROTECTION_FINALIZER)
    await cluster.patch(VolumeKind, { name: 'v' }, { type: 'merge', body: { status: { phase: 'Released' } } })
    await clock.advance(1)
    expect(await finalizers()).toEqual(['example.com/x'])
  })
})
