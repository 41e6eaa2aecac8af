import type { RuntimeClass } from '@kubetape/api/types/node/v1'
import { deepEqual, dnsLabelErrors, duplicate, type FieldError, FieldPath, invalid, validateLabels } from '@kubetape/apimachinery'
import { immutable } from '../batch/field-rules.ts'
import { validateResourceRequirements } from '../core/pod/resource-requirements.ts'
import { validateTolerations } from '../core/pod/scheduling-validation.ts'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const HANDLER = FieldPath.of('handler')
const OVERHEAD = FieldPath.of('overhead')
const SCHEDULING = FieldPath.of('scheduling')

function validate({ handler = '', overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = dnsLabelErrors(handler).map((message) => invalid(HANDLER, handler, message))
  // Overhead counts as limits of a container would.
  if (overhead?.podFixed !== undefined)
    errors.push(...validateResourceRequirements({ limits: overhead.podFixed }, OVERHEAD, { allowIndivisibleHugePages: false }))
  const { nodeSelector, tolerations = [] } = scheduling ?? {}
  if (nodeSelector !== undefined) errors.push(...validateLabels(nodeSelector, SCHEDULING.child('nodeSelector')))
  const path = SCHEDULING.child('tolerations')
  errors.push(...validateTolerations(tolerations, path))
  for (const [at, one] of tolerations.entries())
    if (tolerations.slice(0, at).some((other) => deepEqual(one, other))) errors.push(duplicate(path.index(at), one))
  return errors
}

/** RuntimeClasses (API reference, node.k8s.io/v1 RuntimeClass). */
export const runtimeClassStrategy: Strategy = {
  generation: 'none',
  validate: (draft) => validate(draft as RuntimeClass),
  validateUpdate: (draft, old) => immutable(HANDLER, (draft as RuntimeClass).handler, (old as RuntimeClass).handler),
  tableRow: (object, nowMs) => {
    const { metadata, handler } = object as Readonly<RuntimeClass>
    return [metadata.name ?? '', handler ?? '', ageCell(metadata.creationTimestamp, nowMs)]
  },
}
