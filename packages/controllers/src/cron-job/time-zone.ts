/** How far apart offsets are compared when a change is looked for. No zone has changed twice within three days. */
const PROBE_STEP_MS = 3 * 86_400_000
const MINUTE_MS = 60_000

/** The clock of one time zone of the IANA database, as this runtime knows it. */
export class TimeZone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat | undefined

  private constructor(name: string, format: Intl.DateTimeFormat | undefined) {
    this.name = name
    this.#format = format
  }

  /** The zone of this name; the empty name means UTC. Undefined where there is none. */
  static named(name: string): TimeZone | undefined {
    if (name === '' || name === 'UTC') return UTC
    // What Intl takes beyond the database: bare offsets.
    if (!/^[A-Za-z]/.test(name)) return undefined
    try {
      return new TimeZone(name, new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' }))
    } catch {
      return undefined
    }
  }

  /** UTC itself. */
  static utc(): TimeZone {
    return new TimeZone('UTC', undefined)
  }

  /** How far the zone's clock is ahead of UTC at that time, in milliseconds. */
  offsetMs(atMs: number): number {
    if (this.#format === undefined) return 0
    const name = this.#format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? []
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offset : offset
  }

  /** The first whole minute after `fromMs`, and no later than `toMs`, at which the offset is another than at `fromMs`. */
  changeBetween(fromMs: number, toMs: number): number | undefined {
    if (this.#format === undefined) return undefined
    const before = this.offsetMs(fromMs)
    for (let low = fromMs; low < toMs;) {
      const high = Math.min(low + PROBE_STEP_MS, toMs)
      if (this.offsetMs(high) !== before) return this.#bisect(low, high, before)
      low = high
    }
    return undefined
  }

  /** A time as RFC 3339 with the zone's offset, `Z` where that is zero. */
  format(atMs: number): string {
    const offset = this.offsetMs(atMs)
    const wall = new Date(atMs + offset).toISOString().slice(0, 19)
    if (offset === 0) return `${wall}Z`
    const minutes = Math.abs(offset) / MINUTE_MS
    const two = (value: number): string => `${Math.floor(value)}`.padStart(2, '0')
    return `${wall}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
  }

  #bisect(fromMs: number, toMs: number, before: number): number {
    let [low, high] = [fromMs, toMs]
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS
      if (this.offsetMs(middle) === before) low = middle
      else high = middle
    }
    return high
  }
}

const UTC = TimeZone.utc()
