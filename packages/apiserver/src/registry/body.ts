import { badRequest } from '@kubetape/apimachinery'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import type { Decoded, FieldValidation } from '../schema/compile-kind.ts'
import { decodeBody as decodeText } from '../schema/decode-body.ts'
import { KindCompiler } from '../schema/compile-kind.ts'
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

const compiler = new KindCompiler(builtinSchemas)

/** A request's body as an object of the resource's kind: checked for its type, decoded, defaulted. Throws 400 with upstream's words. */
export function decodeBody(resource: ServedResource, context: RequestContext, body: unknown): Draft {
  const mode = (context.request.options.fieldValidation ?? 'Warn') as FieldValidation
  const { object, strictErrors } = body instanceof BodyText ? decodeWire(resource, body.text, mode) : decodeValue(resource, body, mode)
  for (const text of strictErrors) context.warn(text)
  object.metadata ??= {}
  resource.strategy.default?.(object, context)
  return object
}

function decodeWire(resource: ServedResource, text: string, mode: FieldValidation): Decoded {
  return decodeText(text, { ...resource.gvk, schema: resource.schema }, mode, (gvk) => {
    const name = typeNameOfKind(gvk)
    return name === undefined ? undefined : compiler.kind(name)
  })
}

/** A value that was read already: a patched object, or what an in-process client gave. */
function decodeValue(resource: ServedResource, body: unknown, mode: FieldValidation): Decoded {
  const { kind, apiVersion } = (body ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== resource.apiVersion) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${resource.apiVersion})`)
  }
  if (kind !== undefined && kind !== '' && kind !== resource.info.kind) {
    throw badRequest(`the kind in the data (${String(kind)}) does not match the expected kind (${resource.info.kind})`)
  }
  return resource.schema.decode(body, mode)
}
