import type { RequestOptions } from '../request/api-request.ts'
import { queryInteger } from '../request/query-integer.ts'
import { isTrue } from '../request/request-info.ts'

/** Reads the query parameters that verbs understand; unknown ones are ignored, as upstream. Throws the Status of a bad number. */
export function requestOptions(query: URLSearchParams): RequestOptions {
  if (query.size === 0) return NONE
  const options: Record<string, unknown> = {}
  for (const name of [
    'labelSelector',
    'fieldSelector',
    'resourceVersion',
    'resourceVersionMatch',
    'continue',
    'fieldManager',
    'fieldValidation',
    'propagationPolicy',
  ]) {
    const value = query.get(name)
    if (value) options[name] = value
  }
  for (const name of ['limit', 'timeoutSeconds', 'gracePeriodSeconds']) {
    const value = query.get(name)
    if (value !== null) options[name] = queryInteger(value)
  }
  for (const name of ['allowWatchBookmarks', 'sendInitialEvents', 'force', 'pretty', 'orphanDependents']) {
    if (query.has(name)) options[name] = isTrue(query.get(name))
  }
  const dryRun = query.getAll('dryRun').filter((one) => one !== '')
  if (dryRun.length > 0) options['dryRun'] = dryRun
  return options
}

const NONE: RequestOptions = Object.freeze({})
