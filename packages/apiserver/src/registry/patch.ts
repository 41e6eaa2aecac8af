import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  failure,
  FieldPath,
  invalid,
  invalidObject,
  JSON_PATCH_OPERATIONS_MAX,
  type KubeObject,
  printExactJson,
  type StatusError,
  unsupportedMediaType,
} from '@kubetape/apimachinery'
import { DecodeError } from '../schema/decode-context.ts'
import { applyDraft } from './apply.ts'
import { decodeBody, validationMode } from './body.ts'
import { converterWords } from './converter-words.ts'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** Throws what refuses a patch whatever the object is: more operations than allowed (413). */
export function checkPatch({ request }: RequestContext): void {
  const { patchType, body } = request
  if (patchType === 'json' && Array.isArray(body) && body.length > JSON_PATCH_OPERATIONS_MAX) {
    throw failure(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS_MAX}, got ${body.length}`,
    )
  }
}

/** The stored object with the request's patch applied, decoded and defaulted like any body. Throws 422 where the result is no object of the kind. */
export function applyPatch(resource: ServedResource, context: RequestContext, old: Readonly<KubeObject>): Draft {
  const { body, bodyProblems = [], patchType } = context.request
  if (patchType === 'apply') return applyDraft(resource, context, old)
  const patched = patchedObject(resource, old, body, patchType)
  const problems = validationMode(context) === 'Ignore' ? [] : bodyProblems
  const refuse = (why: string): StatusError =>
    patchType === 'strategic' ? notApplicable(printGoMap(body), converterWords(why)) : notApplicable(printExactJson(patched), why)
  try {
    if (problems.length > 0 && validationMode(context) === 'Strict') throw new DecodeError(STRICT)
    for (const text of problems) context.warn(text)
    return decodeBody(resource, context, patched)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw refuse(strictlySaid(error.detail, problems, () => decodeStrictly(resource, patched)))
  }
}

/** 422 that names no kind: upstream says this of the patch, not of the object. */
function notApplicable(shown: string, why: string): StatusError {
  const error = invalid(FieldPath.of('patch'), shown, why)
  const { message } = invalidObject({ group: '', kind: '' }, '', [error])
  return failure(422, 'Invalid', message, { causes: [{ reason: error.type, message: error.message, field: error.field }] })
}

const STRICT = 'strict decoding error: '

/** Problems of the patch come first, then those of its result. */
function strictlySaid(detail: string, problems: readonly string[], decode: () => string | undefined): string {
  if (problems.length === 0 || !detail.startsWith(STRICT)) return detail
  const result = decode()
  return STRICT + [...problems, ...(result === undefined ? [] : [result.slice(STRICT.length)])].join(', ')
}

function decodeStrictly(resource: ServedResource, patched: unknown): string | undefined {
  try {
    resource.type.schema.decode(patched, 'Strict')
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error.detail
    throw error
  }
}

function patchedObject(
  resource: ServedResource,
  old: Readonly<KubeObject>,
  body: unknown,
  patchType: RequestContext['request']['patchType'],
): unknown {
  switch (patchType) {
    case 'json':
      return applyJsonPatch(old, body)
    case 'merge':
      return applyMergePatch(old, body)
    case 'strategic': {
      const { strategic } = resource.type
      if (strategic === undefined)
        throw unsupportedMediaType(
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        )
      return applyStrategicMergePatch(old, body as Record<string, unknown>, strategic.type, strategic.source)
    }
    default:
      throw badRequest('Cannot patch without a patch type')
  }
}

/** A value as Go prints it with %+v: what messages about strategic merge patches show. */
export function printGoMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printGoMap).join(' ')}]`
  if (value === null || value === undefined) return '<nil>'
  if (typeof value !== 'object') return `${value as string | number | boolean}`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${members.map(([name, member]) => `${name}:${printGoMap(member)}`).join(' ')}]`
}
