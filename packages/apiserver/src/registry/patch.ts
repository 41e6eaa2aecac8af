import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, badRequest, failure, type KubeObject, unsupportedMediaType } from '@kubetape/apimachinery'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { decodeBody } from './body.ts'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** The stored object with the request's patch applied, decoded and defaulted like any body. */
export function applyPatch(resource: ServedResource, context: RequestContext, old: Readonly<KubeObject>): Draft {
  const { body, patchType } = context.request
  switch (patchType) {
    case 'json':
      return decodeBody(resource, context, applyJsonPatch(old, body))
    case 'merge':
      return decodeBody(resource, context, applyMergePatch(old, body))
    case 'strategic': {
      const schema = builtinSchemas.type(typeNameOfKind(resource.gvk) ?? '')
      if (schema === undefined) throw unsupportedMediaType('the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml')
      return decodeBody(resource, context, applyStrategicMergePatch(old, body as Record<string, unknown>, schema, builtinSchemas))
    }
    case 'apply':
      throw failure(415, 'UnsupportedMediaType', 'server-side apply is not supported by this release of Kubetape yet; use client-side apply or another patch type')
    default:
      throw badRequest('Cannot patch without a patch type')
  }
}
