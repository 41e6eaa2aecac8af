import { goDurationError } from '@kubetape/apimachinery'

/** The field of a schedule at one place: its smallest and largest number and the names that stand for numbers. */
interface CronField {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

/** Minute, hour, day of month, month, day of week (API reference, CronJobSpec.schedule). Names count from the field's minimum. */
const FIELDS: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const EVERY = '@every '

/**
 * What is wrong with a schedule in the standard form of cron (five fields, or a descriptor such as `@daily` or `@every 1h`), in the words of the
 * parser that the API server uses; undefined when it is well-formed. A leading `TZ=Zone` or `CRON_TZ=Zone` is passed over here.
 */
export function cronScheduleError(schedule: string): string | undefined {
  const text = withoutZone(schedule)
  if (text.startsWith('@')) return descriptorError(text)
  const fields = text.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  for (const [i, field] of fields.entries()) {
    for (const expression of field.split(',')) {
      const error = expression === '' ? undefined : expressionError(expression, FIELDS[i]!)
      if (error !== undefined) return error
    }
  }
  return undefined
}

function withoutZone(schedule: string): string {
  if (!/^(CRON_)?TZ=/.test(schedule)) return schedule
  const space = schedule.indexOf(' ')
  return space < 0 ? '' : schedule.slice(space).trim()
}

function descriptorError(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`
  const error = goDurationError(text.slice(EVERY.length))
  return error === undefined ? undefined : `failed to parse duration ${text}: ${error}`
}

/** `*`, `5`, `5-9`, any of them with a step: `5/10`, `*`+`/2`. */
function expressionError(expression: string, field: CronField): string | undefined {
  const [range = '', stepText, ...moreSteps] = expression.split('/')
  const limits = range.split('-')
  try {
    let { min: start, max: end } = field
    if (limits[0] !== '*' && limits[0] !== '?') {
      start = readNumber(limits[0]!, field)
      if (limits.length > 2) return `too many hyphens: ${expression}`
      end = limits.length === 2 ? readNumber(limits[1]!, field) : start
    }
    if (moreSteps.length > 0) return `too many slashes: ${expression}`
    const step = stepText === undefined ? 1 : readNumber(stepText)
    // A single number with a step runs to the end of the field.
    if (stepText !== undefined && limits.length === 1) end = field.max
    if (start < field.min) return `beginning of range (${start}) below minimum (${field.min}): ${expression}`
    if (end > field.max) return `end of range (${end}) above maximum (${field.max}): ${expression}`
    if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
    return step === 0 ? `step of range should be a positive number: ${expression}` : undefined
  } catch (error) {
    if (error instanceof CronNumberError) return error.message
    throw error
  }
}

class CronNumberError extends Error {}

function readNumber(text: string, field?: CronField): number {
  const named = field?.names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return field!.min + named
  if (!/^[+-]?\d+$/.test(text))
    throw new CronNumberError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (value < 0) throw new CronNumberError(`negative number (${value}) not allowed: ${text}`)
  return value
}
