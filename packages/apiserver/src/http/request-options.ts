import { badRequest, failure } from '@kubetape/apimachinery'
import type { RequestOptions } from '../request/api-request.ts'
import { isTrue } from '../request/request-info.ts'

/** Reads the query parameters that verbs understand; unknown ones are ignored, as upstream. Throws the Status of a bad number. */
export function requestOptions(query: URLSearchParams): RequestOptions {
  if (query.size === 0) return NONE
  const options: Record<string, unknown> = {}
  for (const name of ['labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'continue', 'fieldManager', 'fieldValidation', 'propagationPolicy']) {
    const value = query.get(name)
    if (value) options[name] = value
  }
  for (const name of ['limit', 'timeoutSeconds', 'gracePeriodSeconds']) {
    const value = query.get(name)
    if (value !== null && value !== '') options[name] = integer(value)
  }
  for (const name of ['allowWatchBookmarks', 'sendInitialEvents', 'force', 'pretty', 'orphanDependents']) {
    if (query.has(name)) options[name] = isTrue(query.get(name))
  }
  const dryRun = query.getAll('dryRun').filter((one) => one !== '')
  if (dryRun.length > 0) options['dryRun'] = dryRun
  return options as RequestOptions
}

const NONE: RequestOptions = Object.freeze({})

function integer(text: string): number {
  if (/^-?\d{1,18}$/.test(text)) return Number(text)
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
}

/** Values that only some verbs may carry, checked before the body is read (FACTS: order of errors). */
export function checkWriteOptions(options: RequestOptions, verb: string): void {
  const kind = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' }[verb]
  if (kind === undefined) return
  const causes = []
  const { dryRun, fieldValidation, fieldManager, force } = options
  if (dryRun !== undefined && (dryRun.length > 1 || dryRun[0] !== 'All')) {
    causes.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(dryRun.find((one) => one !== 'All') ?? dryRun)}: supported values: "All"`, field: 'dryRun' })
  }
  if (fieldValidation !== undefined && !['Strict', 'Warn', 'Ignore'].includes(fieldValidation)) {
    causes.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`, field: 'fieldValidation' })
  }
  if (fieldManager !== undefined && fieldManager.length > 128) {
    causes.push({ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes', field: 'fieldManager' })
  }
  if (force !== undefined && verb === 'patch' && kind !== 'PatchOptions') causes.push({ reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' })
  if (causes.length === 0) return
  const text = causes.map((cause) => `${cause.field}: ${cause.message}`)
  throw failure(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${text.length === 1 ? text[0]! : `[${text.join(', ')}]`}`, { group: 'meta.k8s.io', kind, causes })
}
