import { type FieldError, invalidObject, type KubeObject, validateObjectMeta, validateObjectMetaUpdate } from '@kubetape/apimachinery'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** Whose rules a write follows: a scaled object is changed by those of the object itself. */
export const endpointOf = ({ request }: RequestContext): string => (request.subresource === 'scale' ? '' : request.subresource)

/** Throws 422 with what keeps `old` from becoming the draft. */
export function validateUpdate(resource: ServedResource, context: RequestContext, draft: Draft, old: Readonly<KubeObject>): void {
  const subresource = endpointOf(context)
  const own =
    subresource === ''
      ? resource.strategy.validateUpdate?.(draft, old, context)
      : resource.strategy.subresources?.[subresource]?.validateUpdate?.(draft, old, context)
  const errors = [...metadataErrors(resource, subresource, draft, old), ...(own ?? [])]
  if (errors.length > 0) throw invalidObject(resource.named, context.request.name, errors)
}

/**
 * Upstream validates metadata for every kind, and each kind's own validation of updates does so again: nearly all as that of a change, some as that
 * of a new object too. So causes are repeated; messages are not.
 */
function metadataErrors({ info, strategy }: ServedResource, subresource: string, draft: Draft, old: Readonly<KubeObject>): FieldError[] {
  const [metadata, before] = [draft.metadata!, old.metadata!]
  const whole = validateObjectMeta(metadata, { namespaced: info.namespaced, nameRule: 'path-segment', qualifiedFinalizers: false })
  const change = validateObjectMetaUpdate(metadata, before)
  if (whole.length === 0 && change.length === 0) return []
  const own = strategy.metadataOnUpdate ?? 'change'
  return [...whole, ...change, ...(own === 'own' ? [] : change), ...(own === 'whole' && subresource === '' ? whole : [])]
}

/** What the client is warned of about a change. */
export function updateWarnings(resource: ServedResource, context: RequestContext, draft: Draft, old: Readonly<KubeObject>): string[] {
  const subresource = endpointOf(context)
  return (
    (subresource === ''
      ? resource.strategy.warnings?.(draft, old, context)
      : resource.strategy.subresources?.[subresource]?.warnings?.(draft, old, context)) ?? []
  )
}
