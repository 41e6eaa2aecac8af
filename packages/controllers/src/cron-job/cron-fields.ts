const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const MINUTES: Bounds = { min: 0, max: 59, names: [] }
const HOURS: Bounds = { min: 0, max: 23, names: [] }
const DAYS: Bounds = { min: 1, max: 31, names: [] }
const MONTHS: Bounds = { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] }
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }

/** The values that a field allows, by value, and whether it was left open with `*` or `?`. */
interface Field {
  readonly allows: readonly boolean[]
  readonly open: boolean
}

/** A schedule that cannot be read; the message is that of the library that Kubernetes uses, since it ends up in events. Terminal. */
export class ScheduleError extends Error {
  readonly code = 'SCHEDULE_UNREADABLE' as const

  constructor(message: string) {
    super(message)
    this.name = 'ScheduleError'
  }
}

/**
 * The five fields of a cron schedule (minute, hour, day of month, month, day of week), read as robfig/cron v3 does: lists, ranges, steps,
 * English names in any case, `N/step` as `N-max/step`, days of the week from 0 to 6. When both day fields are restricted a day needs to
 * meet one of them, otherwise both; `*` with a step above 1 restricts.
 */
export class CronFields {
  readonly #minute: Field
  readonly #hour: Field
  readonly #day: Field
  readonly #month: Field
  readonly #weekday: Field

  /** Throws a `ScheduleError` when the text has not five fields or one of them cannot be read. */
  constructor(text: string) {
    const parts = text.split(/\s+/).filter((part) => part !== '')
    if (parts.length !== 5) throw new ScheduleError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`)
    const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts
    this.#minute = readField(minute, MINUTES)
    this.#hour = readField(hour, HOURS)
    this.#day = readField(day, DAYS)
    this.#month = readField(month, MONTHS)
    this.#weekday = readField(weekday, WEEKDAYS)
  }

  /**
   * The first whole minute from `fromMs` on, before `limitMs`, that the fields allow, on a clock without time zones: both are milliseconds
   * of a wall clock counted as if it showed UTC.
   */
  nextOnWall(fromMs: number, limitMs: number): number | undefined {
    let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS
    while (dayMs < limitMs) {
      const date = new Date(dayMs)
      const month = date.getUTCMonth()
      if (this.#month.allows[month + 1] !== true) {
        dayMs = Date.UTC(date.getUTCFullYear(), month + 1)
        continue
      }
      const minute = this.#allowsDay(date) ? this.#nextMinuteOfDay(Math.max(0, Math.ceil((fromMs - dayMs) / MINUTE_MS))) : undefined
      if (minute !== undefined) {
        const found = dayMs + minute * MINUTE_MS
        return found < limitMs ? found : undefined
      }
      dayMs += DAY_MS
    }
    return undefined
  }

  #allowsDay(date: Date): boolean {
    const day = this.#day.allows[date.getUTCDate()] === true
    const weekday = this.#weekday.allows[date.getUTCDay()] === true
    return this.#day.open || this.#weekday.open ? day && weekday : day || weekday
  }

  #nextMinuteOfDay(from: number): number | undefined {
    for (let minute = from; minute < 24 * 60;) {
      if (this.#hour.allows[Math.floor(minute / 60)] !== true) minute = (Math.floor(minute / 60) + 1) * 60
      else if (this.#minute.allows[minute % 60] !== true) minute++
      else return minute
    }
    return undefined
  }
}

function readField(text: string, bounds: Bounds): Field {
  const allows = new Array<boolean>(bounds.max + 1).fill(false)
  let open = false
  for (const part of text.split(',').filter((each) => each !== '')) {
    const range = readRange(part, bounds)
    for (let value = range.start; value <= range.end; value += range.step) allows[value] = true
    open ||= range.open
  }
  return { allows, open }
}

function readRange(text: string, bounds: Bounds): { start: number; end: number; step: number; open: boolean } {
  const [rangeText = '', stepText, ...slashes] = text.split('/')
  const [startText = '', endText, ...hyphens] = rangeText.split('-')
  const star = startText === '*' || startText === '?'
  if (!star && hyphens.length > 0) throw new ScheduleError(`too many hyphens: ${text}`)
  const start = star ? bounds.min : readValue(startText, bounds)
  let end = star ? bounds.max : endText === undefined ? start : readValue(endText, bounds)
  if (slashes.length > 0) throw new ScheduleError(`too many slashes: ${text}`)
  const step = stepText === undefined ? 1 : readNumber(stepText)
  if (stepText !== undefined && endText === undefined) end = bounds.max
  if (start < bounds.min) throw new ScheduleError(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`)
  if (end > bounds.max) throw new ScheduleError(`end of range (${end}) above maximum (${bounds.max}): ${text}`)
  if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`)
  return { start, end, step, open: star && step === 1 }
}

function readValue(text: string, bounds: Bounds): number {
  const name = bounds.names.indexOf(text.toLowerCase())
  return name < 0 ? readNumber(text) : name + bounds.min
}

function readNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  const value = Number(text)
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`)
  return value
}
