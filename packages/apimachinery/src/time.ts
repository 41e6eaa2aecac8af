import { badRequest } from './status-error.ts'
import { type Instant, MICRO_TIME_LAYOUT, parseGoTime, TIME_LAYOUT } from './go-time.ts'

/**
 * Times on the wire (API reference, Time and MicroTime): RFC 3339 in UTC. A Time has whole seconds, a MicroTime six decimals. In memory they
 * are Unix milliseconds; those of a MicroTime may have a fraction, exact to the microsecond until the year 2109.
 */

/** The zero time, which stands for no time at all. */
const ZERO_TIME_MS = -62135596800000

/** A Time: `2024-02-03T04:05:06Z`. Fractions of a second are dropped. */
export function formatTime(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/** A MicroTime: `2024-02-03T04:05:06.123456Z`. */
export function formatMicroTime(ms: number): string {
  const micros = Math.round(ms * 1000)
  const seconds = Math.floor(micros / 1e6)
  return printMicroTime({ secondMs: seconds * 1000, nanoseconds: (micros - seconds * 1e6) * 1000 })
}

/**
 * Unix milliseconds of a Time, whose fraction is dropped as decoding drops it.
 * @throws StatusError 400 with Go's `parsing time …` when the text is no RFC 3339 time.
 */
export function parseTime(text: string): number {
  return read(text, TIME_LAYOUT).secondMs
}

/**
 * Unix milliseconds of a MicroTime.
 * @throws StatusError 400 with Go's `parsing time …` when the text is no time with exactly six decimals.
 */
export function parseMicroTime(text: string): number {
  const { secondMs, nanoseconds } = read(text, MICRO_TIME_LAYOUT)
  return secondMs + nanoseconds / 1e6
}

/** A Time as it is stored: in UTC, without a fraction; null for the zero time. Throws like `parseTime`. */
export function canonicalTime(text: string): string | null {
  const { secondMs, nanoseconds } = read(text, TIME_LAYOUT)
  return secondMs === ZERO_TIME_MS && nanoseconds === 0 ? null : formatTime(secondMs)
}

/** A MicroTime as it is stored: in UTC, with six decimals; null for the zero time. Throws like `parseMicroTime`. */
export function canonicalMicroTime(text: string): string | null {
  const instant = read(text, MICRO_TIME_LAYOUT)
  return instant.secondMs === ZERO_TIME_MS && instant.nanoseconds === 0 ? null : printMicroTime(instant)
}

/** A Time as Go prints it in `Invalid value: 2024-02-03 04:05:06 +0000 UTC: …`; a text that is no time is left as it is. */
export function printTimeForMessage(text: string): string {
  try {
    return `${formatTime(parseTime(text)).slice(0, 19).replace('T', ' ')} +0000 UTC`
  } catch {
    return text
  }
}

function printMicroTime({ secondMs, nanoseconds }: Instant): string {
  const micros = String(Math.floor(nanoseconds / 1000)).padStart(6, '0')
  return `${new Date(secondMs).toISOString().slice(0, 19)}.${micros}Z`
}

function read(text: string, layout: typeof TIME_LAYOUT | typeof MICRO_TIME_LAYOUT): Instant {
  try {
    return parseGoTime(text, layout)
  } catch (error) {
    throw badRequest((error as Error).message)
  }
}
