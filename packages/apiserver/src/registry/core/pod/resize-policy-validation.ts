import { type FieldError, type FieldPath, invalid, notSupported, required } from '@kubetape/apimachinery'
import type { ContainerResizePolicy } from '@kubetape/api/types/core/v1'

/** Validates what a resize of each resource does to the container (KEP-1287). Names of resources print without quotes, as upstream does. */
export function validateResizePolicies(
  policies: readonly ContainerResizePolicy[],
  podRestartPolicy: string,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { resourceName, restartPolicy }] of policies.entries()) {
    if (seen.has(resourceName))
      errors.push({ type: 'FieldValueDuplicate', field: String(path.index(at)), message: `Duplicate value: ${resourceName}` })
    seen.add(resourceName)
    if (!resourceName) errors.push(required(path))
    else if (resourceName !== 'cpu' && resourceName !== 'memory') {
      errors.push({
        type: 'FieldValueNotSupported',
        field: String(path),
        message: `Unsupported value: ${resourceName}: supported values: "cpu", "memory"`,
      })
    }
    if (!restartPolicy) errors.push(required(path))
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer')
      errors.push(notSupported(path, restartPolicy, ['NotRequired', 'RestartContainer']))
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
  }
  return errors
}
