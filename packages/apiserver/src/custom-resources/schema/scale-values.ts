import { type FieldError, FieldPath, goTypeOf, invalid, isJsonObject, type KubeObject, printGoValue } from '@kubetape/apimachinery'

/** Where a kind that can be scaled has its numbers (API reference, CustomResourceSubresourceScale apiextensions/v1). */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

const INT32_MAX = 2_147_483_647

/** What is wrong with the numbers of replicas that a scale subresource would show: of the spec and the status, or of the status alone. */
export function scaleErrors(object: Readonly<KubeObject>, scale: ScalePaths, parts: 'both' | 'status'): FieldError[] {
  return [
    ...(parts === 'both' ? replicasErrors(object, scale.specReplicasPath) : []),
    ...replicasErrors(object, scale.statusReplicasPath),
    ...(scale.labelSelectorPath ? selectorErrors(object, scale.labelSelectorPath) : []),
  ]
}

function replicasErrors(object: Readonly<KubeObject>, path: string): FieldError[] {
  const place = FieldPath.of(path)
  const { value, error } = nested(object, path)
  if (error !== undefined) return [invalid(place, '', error, '0')]
  if (value === undefined) return []
  const isInt = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (!isInt) return [invalid(place, '', accessorError(path, value, 'int64'), '0')]
  if (value < 0) return [invalid(place, '', 'should be a non-negative integer', String(value))]
  if (value > INT32_MAX) return [invalid(place, '', `should be less than or equal to ${INT32_MAX}`, String(value))]
  return []
}

function selectorErrors(object: Readonly<KubeObject>, path: string): FieldError[] {
  const { value, error } = nested(object, path)
  if (error !== undefined) return [invalid(FieldPath.of(path), '', error)]
  return value === undefined || typeof value === 'string' ? [] : [invalid(FieldPath.of(path), '', accessorError(path, value, 'string'))]
}

/** The value at a simple path, `.spec.replicas`; an error where something on the way is no object. */
function nested(object: Readonly<KubeObject>, path: string): { value?: unknown; error?: string } {
  let value: unknown = object
  const names = path.replace(/^\./, '').split('.')
  for (const [at, name] of names.entries()) {
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) return { error: accessorError(`.${names.slice(0, at + 1).join('.')}`, value, 'map[string]interface{}') }
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return { value }
}

function accessorError(path: string, value: unknown, expected: string): string {
  return `${path} accessor error: ${printGoValue(value)} is of the type ${goTypeOf(value)}, expected ${expected}`
}
