import { isJsonObject } from '@kubetape/apimachinery'

/** A condition (API conventions, "Typical status properties") says most in its status and reason: `True BackoffLimitExceeded: Job has …`. */
export function conditionText(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined
  const { type, status, reason, message } = value
  if (typeof type !== 'string' || typeof status !== 'string' || typeof value['lastTransitionTime'] !== 'string') return undefined
  const head = typeof reason === 'string' && reason !== '' ? `${status} ${reason}` : status
  return typeof message === 'string' && message !== '' ? `${head}: ${message}` : head
}

/** A JSON value on one line, as little quoted as can be read: `{type: Complete, status: True}`. */
export function valueText(value: unknown, lengthMax = Infinity): string {
  return shorten(flow(value), lengthMax)
}

/** At most this many characters, the last one then an ellipsis. */
export function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`
}

function flow(value: unknown): string {
  if (typeof value === 'string') return value === '' || /^\s|\s$|[\n\t"]/.test(value) ? JSON.stringify(value) : value
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${flow(member)}`)
    .join(', ')}}`
}
