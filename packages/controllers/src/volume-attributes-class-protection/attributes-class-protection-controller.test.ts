import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, VolumeAttributesClass as ClassKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { attributesClassProtectionController } from './attributes-class-protection-controller.ts'
import { classesOfClaim, plan, PROTECTION_FINALIZER } from './plan.ts'

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
})
