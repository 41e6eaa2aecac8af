/** An instant: milliseconds since 1970 of its whole second, and the nanoseconds within that second. */
export interface Instant {
  readonly secondMs: number
  readonly nanoseconds: number
}

/** The two layouts of times on the wire, named as Go names them in its messages. */
export const TIME_LAYOUT = '2006-01-02T15:04:05Z07:00'
export const MICRO_TIME_LAYOUT = '2006-01-02T15:04:05.000000Z07:00'

/** Reads one text after the other; `expect` says in a message what was being looked for. */
class Cursor {
  readonly #layout: string
  readonly #text: string
  rest: string

  constructor(text: string, layout: string) {
    this.#text = text
    this.#layout = layout
    this.rest = text
  }

  /** Takes what `pattern` (anchored) finds; its first group is answered, or the whole. */
  take(pattern: RegExp, element: string): string {
    const found = pattern.exec(this.rest)
    if (found === null) this.cannotParse(this.rest, element)
    this.rest = this.rest.slice(found[0].length)
    return found[1] ?? found[0]
  }

  cannotParse(rest: string, element: string): never {
    throw new Error(`parsing time ${quote(this.#text)} as ${quote(this.#layout)}: cannot parse ${quote(rest)} as ${quote(element)}`)
  }

  fail(message: string): never {
    throw new Error(`parsing time ${quote(this.#text)}: ${message}`)
  }
}

/**
 * Reads an RFC 3339 time as the API server does, which is Go's `time.Parse`: an hour of one digit, a comma before a fraction and offsets up to
 * 24 hours are let through, lower-case `t` and `z` are not. Errors are Go's.
 */
export function parseGoTime(text: string, layout: typeof TIME_LAYOUT | typeof MICRO_TIME_LAYOUT): Instant {
  const cursor = new Cursor(text, layout)
  const year = Number(cursor.take(/^[0-9]{4}/, '2006'))
  cursor.take(/^-/, '-')
  const month = ranged(cursor, cursor.take(/^[0-9]{2}/, '01'), 1, 12, 'month')
  cursor.take(/^-/, '-')
  const day = Number(cursor.take(/^[0-9]{2}/, '02'))
  cursor.take(/^T/, 'T')
  const hour = ranged(cursor, cursor.take(/^[0-9]{1,2}/, '15'), 0, 23, 'hour')
  cursor.take(/^:/, ':')
  const minute = ranged(cursor, cursor.take(/^[0-9]{2}/, '04'), 0, 59, 'minute')
  cursor.take(/^:/, ':')
  const second = ranged(cursor, cursor.take(/^[0-9]{2}/, '05'), 0, 59, 'second')
  const nanoseconds = layout === MICRO_TIME_LAYOUT ? microFraction(cursor) : anyFraction(cursor)
  const offsetMinutes = offset(cursor)
  if (cursor.rest !== '') cursor.fail(`extra text: ${quote(cursor.rest)}`)
  if (day < 1 || day > daysIn(year, month)) cursor.fail('day out of range')
  return { secondMs: utcMs(year, month, day, hour, minute, second) - offsetMinutes * 60_000, nanoseconds }
}

function ranged(cursor: Cursor, digits: string, low: number, high: number, what: string): number {
  const value = Number(digits)
  if (value < low || value > high) cursor.fail(`${what} out of range`)
  return value
}

/** The layout has no fraction, so one may follow the seconds or not. */
function anyFraction(cursor: Cursor): number {
  const found = /^[.,]([0-9]+)/.exec(cursor.rest)
  if (found === null) return 0
  cursor.rest = cursor.rest.slice(found[0].length)
  return Number(found[1]!.slice(0, 9).padEnd(9, '0'))
}

function microFraction(cursor: Cursor): number {
  return Number(cursor.take(/^[.,]([0-9]{6})/, '.000000')) * 1000
}

/** The zone in minutes east of Greenwich. */
function offset(cursor: Cursor): number {
  const found = /^(?:Z|([+-])([0-9]{2}):([0-9]{2}))/.exec(cursor.rest)
  if (found === null) cursor.cannotParse(cursor.rest, 'Z07:00')
  cursor.rest = cursor.rest.slice(found[0].length)
  if (found[1] === undefined) return 0
  const hours = ranged(cursor, found[2]!, 0, 24, 'time zone offset hour')
  const minutes = ranged(cursor, found[3]!, 0, 60, 'time zone offset minute')
  return (found[1] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** `Date.UTC` takes years below 100 for those of the twentieth century; this does not. */
function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
  return date.setUTCFullYear(year, month - 1, day)
}

/** Go's quotation in time errors: quotes and backslashes are escaped, bytes beyond ASCII are printed as `\xNN`. */
function quote(text: string): string {
  let quoted = ''
  for (const character of text) {
    if (character === '"' || character === '\\') quoted += `\\${character}`
    else if (character >= ' ' && character <= '\x7f') quoted += character
    else quoted += encodeURIComponent(character).replace(/%/g, '\\x').toLowerCase()
  }
  return `"${quoted}"`
}
