import { afterEach, describe, expect, test } from '@jest/globals'
import { ElectionSchedule, type Sabotage, type Verdict } from '../testing/election-schedule.ts'
import { Leadership, type Moment } from './leadership.ts'

/** `npm run test:long` plays a hundred thousand. */
const SEEDS = Number(process.env['KUBETAPE_ELECTION_SCHEDULES'] ?? 2500)

/** Plays schedules until one is broken; answers its verdict with the seed, or the sums. */
async function play(seeds: number, sabotage: Sabotage = {}): Promise<Verdict & { seed: number }> {
  let terms = 0
  let writes = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const verdict = await new ElectionSchedule(seed, sabotage).run()
    if (verdict.broken !== undefined) return { ...verdict, seed }
    terms += verdict.terms
    writes += verdict.writes
  }
  return { broken: undefined, terms, writes, seed: seeds }
}

describe('LeaderElector', () => {
  test('never lets two processes act, and lets one act when faults end', async () => {
    const { broken, seed, terms, writes } = await play(SEEDS)
    expect([broken, seed]).toEqual([undefined, SEEDS])
    // The schedules are about something: leadership changes hands, and the Lease is written all the time.
    expect([terms > 3 * SEEDS, writes > 30 * SEEDS]).toEqual([true, true])
  }, 600_000)
})

/** Each of these is a mistake that electors have been written with. The schedules must find it, or they would not find it in ours. */
describe('the schedules find', () => {
  const intact = Object.getOwnPropertyDescriptors(Leadership.prototype)
  const extend = intact.extend.value as (this: Leadership, sent: Moment) => boolean
  const moment = intact.moment.value as (this: Leadership) => Moment

  afterEach(() => void Object.defineProperties(Leadership.prototype, intact))

  test('a renew deadline that is measured from the answer', async () => {
    Leadership.prototype.extend = function (this: Leadership, _sent: Moment) {
      return extend.call(this, this.moment())
    }
    expect((await play(500)).broken).toMatch(/processes lead at once|arrives after/)
  }, 120_000)

  test('a leader that trusts its timers and does not read the clock before it acts', async () => {
    const elected = new WeakSet<Leadership>()
    Leadership.prototype.extend = function (this: Leadership, sent: Moment) {
      elected.add(this)
      return extend.call(this, sent)
    }
    const get = function (this: Leadership): boolean {
      return elected.has(this) && !this.isOver
    }
    Object.defineProperty(Leadership.prototype, 'holds', { get, configurable: true })
    expect((await play(500)).broken).toMatch(/processes lead at once|arrives after/)
  }, 120_000)

  test('a leader that does not notice that its machine slept', async () => {
    Leadership.prototype.moment = function (this: Leadership) {
      // As if whatever passes unseen had been known before.
      return { ...moment.call(this), hiddenMs: Infinity }
    }
    expect((await play(500)).broken).toMatch(/processes lead at once|arrives after/)
  }, 120_000)

  test('a Lease that is written whoever wrote it before', async () => {
    expect((await play(500, { unconditional: true })).broken).toMatch(/processes lead at once|arrives after/)
  }, 120_000)

  test('clocks that run further apart than the times allow, and a Lease that nobody can take', async () => {
    expect((await play(1000, { drift: 0.6 })).broken).toMatch(/processes lead at once|arrives after/)
    expect((await play(5, { deaf: true })).broken).toMatch(/nobody leads/)
  }, 120_000)
})
