import { badRequest, type FieldSelector, type KubeObject, parseFieldSelector, parseLabelSelector } from '@kubetape/apimachinery'
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
  const cannotMatch = byField === undefined ? undefined : impossible(resource, byField)
  return (stored) => {
    if (byField !== undefined) {
      if (stored.fields === undefined && !resource.custom && cannotMatch?.(stored) === true) return false
      if (!byField.matches(selectableFields(resource, stored))) return false
    }
    return byLabel === undefined || byLabel.matches(stored.labels)
  }
}

/** The only name that a request's field selector lets match. */
export function selectedName({ options }: ApiRequest): string | undefined {
  return options.fieldSelector ? parseFieldSelector(options.fieldSelector).exactValue('metadata.name') : undefined
}

/**
 * metadata.name and metadata.namespace, other fields from the strategy; read once for each version of an object: while it is written, when its parsed form
 * is at hand anyway, or when a selector first asks.
 */
export function selectableFields(resource: ServedResource, stored: StoredObject): Readonly<Record<string, string>> {
  if (stored.fields !== undefined) return stored.fields
  const fields = {
    'metadata.name': stored.name,
    'metadata.namespace': stored.namespace,
    ...resource.strategy.selectableFields?.(resource.custom ? stored.object : stored.glance()),
  }
  // Which fields a custom resource can be selected by may change with its definition.
  if (!resource.custom) stored.fields = fields
  return fields
}

/**
 * Tells objects that cannot match from their bytes alone, so that nothing is parsed for them: the text of a value that a field must have stands
 * somewhere in them, unless the field has that value by default.
 */
function impossible(resource: ServedResource, selector: FieldSelector): ((stored: StoredObject) => boolean) | undefined {
  const byDefault = resource.strategy.selectableFields?.(PROBE) ?? {}
  const texts = selector.requirements.flatMap(({ field, operator, value }) => {
    if (operator === '!=' || value === '' || byDefault[field] === value || field.startsWith('metadata.')) return []
    return [Buffer.from(JSON.stringify(value).slice(1, -1))]
  })
  if (texts.length === 0) return undefined
  return ({ bytes }) => texts.some((text) => !bufferOf(bytes).includes(text))
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Which fields there are does not depend on the object; it only has to have the usual parts. */
const PROBE: KubeObject = { metadata: {}, spec: {}, status: {}, involvedObject: {}, regarding: {}, source: {} }

/** Refuses fields that the kind cannot be selected by. */
function checkFields(resource: ServedResource, fields: readonly string[]): void {
  const known = new Set(['metadata.name', 'metadata.namespace', ...Object.keys(resource.strategy.selectableFields?.(PROBE) ?? {})])
  for (const field of fields) {
    if (known.has(field)) continue
    if (resource.strategy.selectableFields === undefined)
      throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
    throw badRequest(resource.strategy.fieldRefusal?.(field) ?? `field label not supported: ${field}`)
  }
}
