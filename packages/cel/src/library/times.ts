import { timePart, type TimePart } from '../runtime/time.ts'
import { CelDuration, CelTimestamp } from '../runtime/values.ts'
import { type CelFunction, noSuchOverload, standard } from './library.ts'

/** By name: what is read of a time, and what is added to it. */
const PARTS: Readonly<Record<string, readonly [TimePart, number, string]>> = {
  getFullYear: ['year', 0, 'year'],
  getMonth: ['month', 0, 'month'],
  getDayOfYear: ['dayOfYear', 0, 'day_of_year'],
  getDate: ['date', 0, 'day_of_month_1_based'],
  getDayOfMonth: ['date', -1, 'day_of_month'],
  getDayOfWeek: ['dayOfWeek', 0, 'day_of_week'],
  getHours: ['hours', 0, 'hours'],
  getMinutes: ['minutes', 0, 'minutes'],
  getSeconds: ['seconds', 0, 'seconds'],
  getMilliseconds: ['milliseconds', 0, 'milliseconds'],
}

/** Nanoseconds of the units in which durations are read. */
const UNITS: Readonly<Record<string, bigint>> = { getHours: 3_600_000_000_000n, getMinutes: 60_000_000_000n, getSeconds: 1_000_000_000n }

/** `getHours()` and its like, of times (with a zone or in UTC) and of durations. */
export const times: readonly CelFunction[] = Object.entries(PARTS).map(([name, [part, more, id]]) => {
  const ofDurations = name in UNITS || name === 'getMilliseconds'
  return standard(
    name,
    {
      [`timestamp_to_${id}`]: 'timestamp.(): int',
      [`timestamp_to_${id}_with_tz`]: 'timestamp.(string): int',
      ...(ofDurations ? { [`duration_to_${id}`]: 'duration.(): int' } : {}),
    },
    ([time, zone]) => {
      if (time instanceof CelTimestamp) return BigInt(timePart(time, part, typeof zone === 'string' ? zone : 'UTC') + more)
      if (!(time instanceof CelDuration) || !ofDurations) throw noSuchOverload()
      return name === 'getMilliseconds' ? (time.ns / 1_000_000n) % 1000n : time.ns / UNITS[name]!
    },
  )
})
