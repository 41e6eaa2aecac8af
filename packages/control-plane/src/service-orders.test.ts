import { describe, expect, test } from '@jest/globals'
import type { Storage } from '@kubetape/storage'
import { ServiceSchedule, type ServiceVerdict, type Sabotage } from './testing/service-schedule.ts'

/** `npm run test:long` plays ten thousand. */
const SEEDS = Number(process.env['KUBETAPE_SERVICE_ORDERS'] ?? 100)
/** Within so many a wrong allocator must be found. */
const MUTATION_SEEDS = 1000

/** Plays schedules until one is broken; answers its verdict with the seed, or the sums. */
async function play(seeds: number, sabotage?: Sabotage): Promise<ServiceVerdict & { seed: number }> {
  let given = 0
  let crashes = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const verdict = await new ServiceSchedule(seed, sabotage).run()
    if (verdict.broken !== undefined) return { ...verdict, seed }
    given += verdict.given
    crashes += verdict.crashes
  }
  return { broken: undefined, given, crashes, seed: seeds }
}

/** A storage whose commits are wrong in one way. */
const sabotaged =
  (wrong: (writes: Parameters<Storage['commit']>[0]) => Parameters<Storage['commit']>[0]): Sabotage =>
  (storage) =>
    new Proxy(storage, {
      get: (target, name) => {
        if (name === 'commit') return (writes: Parameters<Storage['commit']>[0], options: object) => target.commit(wrong(writes), options)
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      },
    })

describe('Services of two API servers over one log', () => {
  test('never share an address, never have one of no range, and leave none behind, in any order of delivery', async () => {
    const { broken, seed, given, crashes } = await play(SEEDS)
    expect([broken, seed]).toEqual([undefined, SEEDS])
    // The schedules are about something: addresses are given and servers die.
    expect([given > 3 * SEEDS, crashes > SEEDS / 2]).toEqual([true, true])
  }, 7_200_000)
})

/** Each of these is a mistake that allocators have been written with. The schedules must find it, or they would not find it in ours. */
describe('the schedules find', () => {
  test('a Service that is written without the object that stands for its address', async () => {
    const without = sabotaged((writes) =>
      writes.filter(({ resource, operation }) => writes.length === 1 || resource !== 'ipaddresses' || operation !== 'create'),
    )
    const { broken } = await play(MUTATION_SEEDS, without)
    expect(broken).toMatch(/both have/)
  }, 3_600_000)

  test('a range that goes at once', async () => {
    const hasty = sabotaged((writes) =>
      writes.map((write) => {
        const { metadata } = write.object
        return write.resource === 'servicecidrs' && write.operation === 'update' && metadata?.deletionTimestamp !== undefined
          ? { ...write, operation: 'delete' as const }
          : write
      }),
    )
    const { broken } = await play(MUTATION_SEEDS, hasty)
    expect(broken).toMatch(/in no range/)
  }, 3_600_000)
})
