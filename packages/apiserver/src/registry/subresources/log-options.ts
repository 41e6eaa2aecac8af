import { type FieldError, FieldPath, forbidden, invalid, invalidObject, parseTime } from '@kubetape/apimachinery'
import { queryInteger } from '../../request/query-integer.ts'
import { isTrue } from '../../request/request-info.ts'

/** What of a log is asked for, and how it is printed (API reference, PodLogOptions). */
export interface LogOptions {
  readonly container: string
  /** The log of the run before the current one. */
  readonly previous: boolean
  /** The answer goes on until the container ends. */
  readonly follow: boolean
  /** Each line begins with its time. */
  readonly timestamps: boolean
  /** Lines from the end; undefined: all. */
  readonly tailLines: number | undefined
  readonly limitBytes: number | undefined
  /** Unix milliseconds of the oldest line that is wanted. */
  readonly sinceMs: number | undefined
}

/** Reads the query of a log. Throws 400 for what cannot be read and 422 for what may not be, in upstream's words. */
export function logOptions(query: Readonly<Record<string, string>>, name: string, nowMs: number): LogOptions {
  const [tailLines, limitBytes, sinceSeconds] = [
    numberIn(query, 'tailLines'),
    numberIn(query, 'limitBytes'),
    numberIn(query, 'sinceSeconds'),
  ]
  const sinceTimeMs = query['sinceTime'] ? parseTime(query['sinceTime']) : undefined
  const errors: FieldError[] = []
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalid(FieldPath.of('tailLines'), tailLines, 'must be greater than or equal to 0'))
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid(FieldPath.of('limitBytes'), limitBytes, 'must be greater than 0'))
  if (sinceSeconds !== undefined && sinceTimeMs !== undefined)
    errors.push({ ...forbidden(FieldPath.of(''), 'at most one of `sinceTime` or `sinceSeconds` may be specified'), field: '[]' })
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalid(FieldPath.of('sinceSeconds'), sinceSeconds, 'must be greater than 0'))
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, name, errors)
  return {
    container: query['container'] ?? '',
    previous: isTrue(query['previous'] ?? null),
    follow: isTrue(query['follow'] ?? null),
    timestamps: isTrue(query['timestamps'] ?? null),
    tailLines,
    limitBytes,
    sinceMs: sinceSeconds === undefined ? sinceTimeMs : nowMs - sinceSeconds * 1000,
  }
}

function numberIn(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name]
  return text === undefined ? undefined : queryInteger(text)
}
