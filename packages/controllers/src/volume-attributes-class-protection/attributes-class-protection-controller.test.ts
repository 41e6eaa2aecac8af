import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, VolumeAttributesClass as ClassKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { Kind } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { attributesClassProtectionController } from './attributes-class-protection-controller.ts'
import { classesOfClaim, plan, PROTECTION_FINALIZER } from './plan.ts'

interface Observed {
  subscribe(observer: { next(event: unknown): void }): unknown
}
const deletionTimestamp = '2024-01-01T00:00:00Z'
const gold = (metadata: VolumeAttributesClass['metadata'] = {}): VolumeAttributesClass => ({
  metadata: { name: 'gold', ...metadata },
  driverName: 'd',
})
const claim: PersistentVolumeClaim = { metadata: { name: 'data', namespace: 'n' }, spec: { volumeAttributesClassName: 'gold' } }

describe('plan()', () => {
  const finalizers = [PROTECTION_FINALIZER]
  test.each<[string, VolumeAttributesClass, boolean, string]>([
    ['lives without protection', gold(), false, 'protect'],
    ['lives under protection', gold({ finalizers }), true, 'none'],
    ['is named and being deleted', gold({ finalizers, deletionTimestamp }), true, 'none'],
    ['nothing names', gold({ finalizers, deletionTimestamp }), false, 'release'],
    ['others keep', gold({ finalizers: ['other'], deletionTimestamp }), false, 'none'],
  ])('is right for a class that %s', (_, given, isNamed, then) => {
    expect(plan(given, isNamed)).toBe(then)
  })

  test('takes for named what a claim wants, has, or is on the way to', () => {
    const status = {
      currentVolumeAttributesClassName: 'silver',
      modifyVolumeStatus: { status: 'InProgress' as const, targetVolumeAttributesClassName: 'lead' },
    }
    expect(classesOfClaim({ ...claim, status })).toEqual(['gold', 'silver', 'lead'])
    expect(classesOfClaim({ metadata: {}, spec: { volumeAttributesClassName: '' } })).toEqual([])
  })
})

describe('attributesClassProtectionController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })
  const finalizers = async (): Promise<string[] | undefined> =>
    (await running!.cluster.get(ClassKind, { name: 'gold' })).metadata.finalizers

  test('keeps a class until the last claim and volume that name it are gone', async () => {
    running = await runControllers([attributesClassProtectionController()])
    const { cluster, clock } = running
    await cluster.create(ClassKind, gold())
    await cluster.create(ClaimKind, claim)
    await cluster.create(VolumeKind, { metadata: { name: 'v' }, spec: { volumeAttributesClassName: 'gold' } })
    await clock.advance(1)
    expect(await finalizers()).toEqual([PROTECTION_FINALIZER])
    await cluster.delete(ClassKind, { name: 'gold' })
    await cluster.delete(ClaimKind, { namespace: 'n', name: 'data' })
    await clock.advance(1)
    expect(await finalizers()).toEqual([PROTECTION_FINALIZER])
    await cluster.patch(VolumeKind, { name: 'v' }, { type: 'merge', body: { spec: { volumeAttributesClassName: 'silver' } } })
    await clock.advance(1)
    await expect(finalizers()).rejects.toThrow('not found')
  })
  test('12, KEP-3751: keeps a class that a claim names whose event has not come yet', async () => {
    let hold = false
    const held: (() => void)[] = []
    running = await runControllers([attributesClassProtectionController()], async (small) => {
      const watch = small.watch.bind(small)
      small.watch = (kind: Kind, options?: object) => {
        const seen = watch(kind, options)
        if (kind !== ClaimKind) return seen
        const lagging = {
          subscribe: (observer: { next(event: unknown): void }) =>
            (seen as Observed).subscribe({ next: (event) => (hold ? void held.push(() => observer.next(event)) : observer.next(event)) }),
          '@@observable': () => lagging,
        }
        return lagging as never
      }
      await small.create(ClassKind, gold())
    })
    const { cluster, clock } = running
    await clock.advance(1)
    hold = true
    await cluster.create(ClaimKind, claim)
    await cluster.delete(ClassKind, { name: 'gold' })
    await clock.advance(1000)
    expect(await finalizers()).toEqual([PROTECTION_FINALIZER])
    hold = false
    for (const deliver of held.splice(0)) deliver()
    await cluster.delete(ClaimKind, { namespace: 'n', name: 'data' })
    await clock.advance(1)
    await expect(finalizers()).rejects.toThrow('not found')
  })
})
