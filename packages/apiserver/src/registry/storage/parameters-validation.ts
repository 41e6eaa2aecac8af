import { type FieldError, type FieldPath, invalid, qualifiedNameErrors, required, tooLong } from '@kubetape/apimachinery'

const PARAMETERS_MAX = 512
const PARAMETER_BYTES_MAX = 256 * 1024

/** The name of who makes volumes: a qualified name in any case. */
export function validateProvisioner(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const lower = name.toLowerCase()
  return qualifiedNameErrors(lower).map((message) => invalid(path, lower, message))
}

/** What a driver is told, in its own words: not too much, and everything under a name. */
export function validateParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
  { isRequired }: { readonly isRequired: boolean },
): FieldError[] {
  const entries = Object.entries(parameters ?? {})
  if (entries.length > PARAMETERS_MAX) return [tooLong(path, PARAMETERS_MAX)]
  const errors = entries.filter(([key]) => key === '').map(([key]) => invalid(path, key, 'field can not be empty.'))
  let bytes = 0
  for (const [key, value] of entries) bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  if (bytes > PARAMETER_BYTES_MAX) errors.push(tooLong(path, PARAMETER_BYTES_MAX))
  if (isRequired && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'))
  return errors
}
