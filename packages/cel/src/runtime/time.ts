import { CelEvaluationError } from '../cel-program.ts'
import { CelDuration, CelTimestamp } from './values.ts'

const SECOND = 1_000_000_000n
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
}
const INT_MAX = 2n ** 63n - 1n
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds. */
const [FIRST, LAST] = [-62_135_596_800n, 253_402_300_799n]

/** Reads an RFC 3339 time. */
export function parseTimestamp(text: string): CelTimestamp {
  const parts = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(text)
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]!.toUpperCase()}${parts[3]!.toUpperCase()}`)
  if (Number.isNaN(ms)) throw new CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Timestamp'")
  return timestampOf(BigInt(ms) * 1_000_000n + BigInt((parts![2] ?? '').slice(0, 9).padEnd(9, '0')))
}

/** A moment within the years 1 to 9999. */
export function timestampOf(ns: bigint): CelTimestamp {
  if (ns < FIRST * SECOND || ns >= (LAST + 1n) * SECOND) throw new CelEvaluationError('timestamp overflow')
  return new CelTimestamp(ns)
}

/** Reads a duration as Go writes it: `1h30m`, `1.5s`. */
export function parseDuration(text: string): CelDuration {
  const parts = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text)
  if (parts === null) throw new CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Duration'")
  let ns = 0n
  for (const [, whole = '', fraction = '', unit] of parts[2]!.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = UNITS[unit!]!
    ns += BigInt(whole || '0') * scale
    if (fraction !== '') ns += (BigInt(fraction.slice(0, 18)) * scale) / 10n ** BigInt(Math.min(fraction.length, 18))
  }
  return durationOf(parts[1] === '-' ? -ns : ns)
}

/** A duration that fits into 64 bits. */
export function durationOf(ns: bigint): CelDuration {
  if (ns > INT_MAX || ns < -INT_MAX - 1n) throw new CelEvaluationError('duration overflow')
  return new CelDuration(ns)
}

export function timestampText({ ns }: CelTimestamp): string {
  const seconds = floorDiv(ns, SECOND)
  const fraction = (ns - seconds * SECOND).toString().padStart(9, '0').replace(/0+$/, '')
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** In seconds, as the conversion to a string has it: `90s`, `1.5s`. */
export function durationText({ ns }: CelDuration): string {
  const absolute = ns < 0n ? -ns : ns
  const fraction = (absolute % SECOND).toString().padStart(9, '0').replace(/0+$/, '')
  return `${ns < 0n ? '-' : ''}${absolute / SECOND}${fraction === '' ? '' : `.${fraction}`}s`
}

const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n)

export type TimePart = 'year' | 'month' | 'date' | 'dayOfWeek' | 'dayOfYear' | 'hours' | 'minutes' | 'seconds' | 'milliseconds'

/** A part of a time in a zone: a name of the time zone database or `+02:00`; default UTC. */
export function timePart({ ns }: CelTimestamp, part: TimePart, zone = 'UTC'): number {
  const moment = new Date(Number(floorDiv(ns, 1_000_000n)) + offsetMs(ns, zone))
  switch (part) {
    case 'year':
      return moment.getUTCFullYear()
    case 'month':
      return moment.getUTCMonth()
    case 'date':
      return moment.getUTCDate()
    case 'dayOfWeek':
      return moment.getUTCDay()
    case 'dayOfYear':
      return Math.floor((moment.getTime() - Date.UTC(moment.getUTCFullYear(), 0, 1)) / 86_400_000)
    case 'hours':
      return moment.getUTCHours()
    case 'minutes':
      return moment.getUTCMinutes()
    case 'seconds':
      return moment.getUTCSeconds()
    case 'milliseconds':
      return moment.getUTCMilliseconds()
  }
}

function offsetMs(ns: bigint, zone: string): number {
  if (zone === 'UTC' || zone === '') return 0
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000
  const ms = Number(floorDiv(ns, 1_000_000n))
  let parts: Record<string, string>
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    parts = Object.fromEntries(format.formatToParts(new Date(ms)).map(({ type, value }) => [type, value]))
  } catch {
    throw new CelEvaluationError(`unknown time zone ${zone}`)
  }
  const { year, month, day, hour, minute, second } = parts
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  return local - Math.floor(ms / 1000) * 1000
}
