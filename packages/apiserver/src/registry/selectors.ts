import { badRequest, type KubeObject, parseFieldSelector, parseLabelSelector } from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { ApiRequest } from '../request/api-request.ts'
import type { ServedResource } from './served-resource.ts'

/** The predicate of the request's selectors; undefined when everything matches. */
export function matcher(resource: ServedResource, request: ApiRequest): ((object: StoredObject) => boolean) | undefined {
  const labels = request.options.labelSelector ? parseLabelSelector(request.options.labelSelector) : undefined
  const fields = request.options.fieldSelector ? parseFieldSelector(request.options.fieldSelector) : undefined
  const byLabel = labels === undefined || labels.empty ? undefined : labels
  const byField = fields === undefined || fields.empty ? undefined : fields
  if (byField !== undefined)
    checkFields(
      resource,
      byField.requirements.map((one) => one.field),
    )
  if (byLabel === undefined && byField === undefined) return undefined
  return (stored) => {
    if (byField !== undefined && !byField.matches(selectableFields(resource, stored))) return false
    return byLabel === undefined || byLabel.matches(stored.object.metadata?.labels ?? {})
  }
}

/** metadata.name and metadata.namespace without parsing, other fields from the strategy. */
function selectableFields(resource: ServedResource, stored: StoredObject): Record<string, string> {
  return { 'metadata.name': stored.name, 'metadata.namespace': stored.namespace, ...resource.strategy.selectableFields?.(stored.object) }
}

/** Refuses fields that the kind cannot be selected by. */
function checkFields(resource: ServedResource, fields: readonly string[]): void {
  // Which fields there are does not depend on the object; it only has to have the usual parts.
  const probe: KubeObject = { metadata: {}, spec: {}, status: {}, involvedObject: {}, regarding: {}, source: {} }
  const known = new Set(['metadata.name', 'metadata.namespace', ...Object.keys(resource.strategy.selectableFields?.(probe) ?? {})])
  for (const field of fields) {
    if (known.has(field)) continue
    if (resource.strategy.selectableFields === undefined)
      throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
    throw badRequest(resource.strategy.fieldRefusal?.(field) ?? `field label not supported: ${field}`)
  }
}
