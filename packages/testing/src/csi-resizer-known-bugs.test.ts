import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Event as EventKind } from '@kubetape/api/kinds'
import type { Event } from '@kubetape/api/types/core/v1'
import { DRIVER, type ResizingStage, ResizingTheatre, type Scene, type StageOptions } from './testing/resizing-stage.ts'

let theatre: ResizingTheatre
beforeAll(async () => {
  theatre = await ResizingTheatre.open()
}, 60_000)
afterAll(() => theatre.close(), 60_000)

const has =
  (name: string) =>
  ({ claim: { status }, volume }: Scene): boolean =>
    status?.currentVolumeAttributesClassName === name &&
    volume.spec?.volumeAttributesClassName === name &&
    status.modifyVolumeStatus === undefined
const state = ({ claim }: Scene): string | undefined => claim.status?.modifyVolumeStatus?.status
const conditions = ({ claim }: Scene): string[] => (claim.status?.conditions ?? []).map(({ type, message }) => `${type}: ${message}`)

async function played<T>(name: string, options: StageOptions, play: (stage: ResizingStage) => Promise<T>): Promise<T> {
  const stage = await theatre.stage(name, options)
  try {
    return await play(stage)
  } finally {
    await stage.process.stop()
  }
}

async function events(namespace: string): Promise<string[]> {
  const { items } = await theatre.settled(theatre.client.list<Event>(EventKind, { namespace }))
  return items
    .filter(({ source }) => source?.component === `external-resizer ${DRIVER}`)
    .map(({ reason, message }) => `${reason}: ${message}`)
}

describe('csiModifierController()', () => {
  test('changes the class: the driver is asked once, volume and claim say so', () =>
    played('plain', {}, async (stage) => {
      await stage.want('gold')
      const scene = await stage.until(has('gold'))
      expect(stage.asked).toEqual(['gold: ok'])
      expect(stage.fake.volumes[0]?.mutableParameters).toEqual({ tier: 'gold' })
      expect(conditions(scene)).toEqual([])
      expect(await events('plain')).toEqual([
        'VolumeModify: external resizer is modifying volume data with vac gold',
        'VolumeModifySuccessful: external resizer modified volume data with vac gold successfully ',
      ])
    }))

  test('waits for a class that does not exist yet', () =>
    played('early', {}, async (stage) => {
      await stage.want('early')
      const waiting = await stage.until((scene) => state(scene) === 'Pending')
      expect(waiting.claim.status?.modifyVolumeStatus).toEqual({ status: 'Pending', targetVolumeAttributesClassName: 'early' })
      expect(stage.asked).toEqual([])
      await theatre.makeClass('early')
      await stage.until(has('early'))
      expect(stage.asked).toEqual(['early: ok'])
    }))

  test('asks nobody for a class of another driver', () =>
    played('foreign', {}, async (stage) => {
      await theatre.makeClass('foreign', 'other.example.com')
      await stage.want('foreign')
      await stage.until((scene) => state(scene) === 'Pending')
      await theatre.clock.advance(1_000_000)
      expect(stage.asked).toEqual([])
      expect(await events('foreign')).toContain(
        'VolumeModifyFailed: VAC foreign is for driver other.example.com, not for fake.csi.example.com.',
      )
    }))

  test('goes on with a class that is deleted in flight', () =>
    played('deleted', {}, async (stage) => {
      await theatre.makeClass('lead')
      stage.fake.fail('controllerModifyVolume', { code: 'UNAVAILABLE', times: 3 })
      await stage.want('lead')
      await stage.until((scene) => state(scene) === 'InProgress')
      await theatre.deleteClass('lead')
      await stage.until(has('lead'))
      expect(stage.asked).toEqual(['lead: UNAVAILABLE', 'lead: UNAVAILABLE', 'lead: UNAVAILABLE', 'lead: ok'])
    }))

  test('tries again what cannot be after five minutes, and says what the driver says', () =>
    played('infeasible', { driver: { refuseMutable: ({ tier }) => (tier === 'gold' ? 'no such tier' : undefined) } }, async (stage) => {
      await stage.want('gold')
      const scene = await stage.until((one) => state(one) === 'Infeasible')
      expect(conditions(scene)).toEqual([
        'ModifyVolumeError: ModifyVolume failed with error: rpc error: code = InvalidArgument desc = no such tier. Waiting for retry.',
      ])
      expect(scene.claim.status?.currentVolumeAttributesClassName).toBe('silver')
      expect(scene.volume.spec?.volumeAttributesClassName).toBe('silver')
      await theatre.clock.advance(290_000)
      expect(stage.asked).toHaveLength(1)
      await theatre.clock.advance(20_000)
      expect(stage.asked).toHaveLength(2)
      await stage.want('platinum')
      await stage.until(has('platinum'))
      expect(stage.asked.slice(2)).toEqual(['platinum: ok'])
    }))
})

describe('known bugs', () => {
  test('17, external-resizer#514: the next class waits until the last is final', () =>
    played('bug-17', {}, async (stage) => {
      stage.fake.fail('controllerModifyVolume', { code: 'DEADLINE_EXCEEDED', times: 2, when: 'after' })
      await stage.want('gold')
      await stage.until((scene) => state(scene) === 'InProgress' && stage.asked.length > 0)
      await stage.want('platinum')
      const between = await stage.until((scene) => scene.claim.status?.currentVolumeAttributesClassName !== 'silver')
      expect(between.claim.status?.currentVolumeAttributesClassName).toMatch(/gold|platinum/)
      await stage.until(has('platinum'))
      const asked = stage.asked
      expect(asked.slice(asked.indexOf('platinum: ok'))).toEqual(['platinum: ok'])
      expect(asked).toEqual(['gold: DEADLINE_EXCEEDED', 'gold: DEADLINE_EXCEEDED', 'gold: ok', 'platinum: ok'])
      expect(stage.fake.volumes[0]?.mutableParameters).toEqual({ tier: 'platinum' })
    }))

  test('18, external-resizer#482: who wants back what the volume has gets it, and no target stays', async () => {
    await played('bug-18', { driver: { refuseMutable: ({ tier }) => (tier === 'gold' ? 'no' : undefined) } }, async (stage) => {
      await stage.want('gold')
      await stage.until((scene) => state(scene) === 'Infeasible')
      await stage.want('silver')
      const scene = await stage.until(has('silver'))
      expect(conditions(scene)).toEqual([])
      expect(stage.asked).toEqual(['gold: INVALID_ARGUMENT'])
      expect(await events('bug-18')).toContain(
        'VolumeModify: external resizer is rolling back volume data with infeasible error to VAC silver',
      )
    })
    await played('bug-18-half', {}, async (stage) => {
      // Done, and yet said to have failed: only the driver can undo it.
      stage.fake.fail('controllerModifyVolume', { code: 'INTERNAL', when: 'after' })
      await stage.want('gold')
      await stage.until((scene) => conditions(scene).length > 0 && stage.asked.length > 0)
      expect(stage.fake.volumes[0]?.mutableParameters).toEqual({ tier: 'gold' })
      stage.fake.heal()
      await stage.want('silver')
      const scene = await stage.until((one) => has('silver')(one) && conditions(one).length === 0)
      expect(conditions(scene)).toEqual([])
      expect(stage.asked.at(-1)).toBe('silver: ok')
      expect(stage.fake.volumes[0]?.mutableParameters).toEqual({ tier: 'silver' })
    })
  })

  test('replay is the same for all of that', async () => {
    expect(await theatre.expectReplaysSame()).toBeGreaterThan(20)
  }, 60_000)
})
