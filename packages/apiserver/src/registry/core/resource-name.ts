import { type FieldError, type FieldPath, invalid, qualifiedNameErrors } from '@kubetape/apimachinery'
import { isHugePages, isStandardResource } from './pod/resource-requirements.ts'

const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Judges the name of a resource that quantities are given of: a standard one, or a qualified one. Names print without quotes, as upstream prints them. */
export function validateResourceName(name: string, path: FieldPath): FieldError[] {
  const malformed = qualifiedNameErrors(name)
  if (malformed.length > 0) return malformed.map((message) => invalid(path, name, message, name))
  if (name.includes('/') || COMPUTE.has(name) || isHugePages(name) || isStandardResource(name)) return []
  return [invalid(path, name, 'must be a standard resource type or fully qualified', name)]
}
