import { goDurationMs } from '@kubetape/apimachinery'
import { CronFields, ScheduleError } from './cron-fields.ts'
import { TimeZone } from './time-zone.ts'

const MINUTE_MS = 60_000
/** A search gives up at the end of the fifth year after the one it begins in. */
const SEARCH_YEARS = 5

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** When something is due. */
export interface CronSchedule {
  /** The first due time after `afterMs`, both Unix milliseconds; undefined when there is none within five years. */
  next(afterMs: number): number | undefined
}

/**
 * Reads a schedule as CronJobs have it (API reference, CronJobSpec `schedule`): five fields, a descriptor such as `@daily`, or
 * `@every <duration>`; a prefix `TZ=<zone>` or `CRON_TZ=<zone>` overrides `zone`. Throws a `ScheduleError` where it cannot.
 *
 * Where clocks are changed: a time that the clock skips is not due on that day, one that it shows twice is due twice.
 */
export function readSchedule(text: string, zone: TimeZone): CronSchedule {
  if (text === '') throw new ScheduleError('empty spec string')
  const prefix = /^(?:CRON_)?TZ=(\S*)\s/.exec(text)
  if (prefix) return readUnprefixed(text.slice(prefix[0].length).trim(), zoneOf(prefix[1]!))
  return readUnprefixed(text, zone)
}

function zoneOf(name: string): TimeZone {
  const zone = TimeZone.named(name)
  if (zone === undefined) throw new ScheduleError(`provided bad location ${name}: unknown time zone ${name}`)
  return zone
}

function readUnprefixed(text: string, zone: TimeZone): CronSchedule {
  if (!text.startsWith('@')) return onWallClock(new CronFields(text), zone)
  const fields = DESCRIPTORS[text]
  if (fields !== undefined) return onWallClock(new CronFields(fields), zone)
  if (!text.startsWith('@every ')) throw new ScheduleError(`unrecognized descriptor: ${text}`)
  const duration = text.slice('@every '.length)
  const ms = goDurationMs(duration)
  if (ms === undefined) throw new ScheduleError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`)
  return every(ms)
}

/** Whole seconds apart, at least one; fractions of the time looked from are dropped. */
function every(ms: number): CronSchedule {
  const periodMs = Math.max(1000, Math.floor(ms / 1000) * 1000)
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + periodMs }
}

function onWallClock(fields: CronFields, zone: TimeZone): CronSchedule {
  return {
    next(afterMs) {
      let fromMs = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS
      const limitMs = Date.UTC(new Date(fromMs + zone.offsetMs(fromMs)).getUTCFullYear() + SEARCH_YEARS + 1)
      // Between two changes of the clock the wall clock runs evenly; each round searches one such stretch.
      for (;;) {
        const offsetMs = zone.offsetMs(fromMs)
        const wallMs = fields.nextOnWall(fromMs + offsetMs, limitMs)
        const foundMs = wallMs === undefined ? undefined : wallMs - offsetMs
        const changeMs = zone.changeBetween(fromMs, foundMs ?? limitMs)
        if (changeMs === undefined) return foundMs
        fromMs = changeMs
      }
    },
  }
}
