import { badRequest, printExactJson } from '@kubetape/apimachinery'
import type { Decoded, FieldValidation } from '../schema/compile-kind.ts'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** A body as it came over the wire: JSON that has not been read yet, so that duplicate keys and exact numbers can still be told. */
export class BodyText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A request's body as an object of the resource's kind: checked for its type, decoded, defaulted. Throws 400 with upstream's words. */
export function decodeBody(resource: ServedResource, context: RequestContext, body: unknown): Draft {
  const mode = validationMode(context)
  if (body instanceof BodyText && mode !== 'Ignore') refuseProblems(resource, context, body)
  const { object, strictErrors } = body instanceof BodyText ? resource.type.readText(body.text, mode) : decodeValue(resource, body, mode)
  for (const text of strictErrors) context.warn(text)
  object.metadata ??= {}
  resource.strategy.default?.(object, context)
  return object
}

/** Keys that a YAML body has twice: refused under Strict, together with what decoding finds, otherwise warned of. */
function refuseProblems(resource: ServedResource, context: RequestContext, { text }: BodyText): void {
  const problems = context.request.bodyProblems ?? []
  if (problems.length === 0) return
  if (validationMode(context) !== 'Strict') {
    for (const problem of problems) context.warn(problem)
    return
  }
  const { strictErrors } = resource.type.readText(text, 'Warn')
  const { kind, version } = resource.gvk
  const all = [`yaml: unmarshal errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, ...strictErrors].join(', ')
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${all}`)
}

/** What to do about fields that are unknown or come twice. */
export function validationMode({ request }: RequestContext): FieldValidation {
  return (request.options.fieldValidation ?? 'Warn') as FieldValidation
}

/** A value that was read already: a patched object, or what an in-process client gave. Only one that says it is something else is read as a text. */
function decodeValue(resource: ServedResource, body: unknown, mode: FieldValidation): Decoded {
  const { kind, apiVersion } = (body ?? {}) as { kind?: unknown; apiVersion?: unknown }
  const isExpected =
    (kind === undefined || kind === '' || kind === resource.info.kind) &&
    (apiVersion === undefined || apiVersion === '' || apiVersion === resource.apiVersion)
  return isExpected ? resource.type.schema.decode(body, mode) : resource.type.readText(printExactJson(body), mode)
}
