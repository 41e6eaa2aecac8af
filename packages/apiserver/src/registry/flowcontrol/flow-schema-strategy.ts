import type { FlowSchema } from '@kubetape/api/types/flowcontrol/v1'
import type { FieldError } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { flowControlStatus, validateFlowControlStatus } from './flow-control-status.ts'
import { validateFlowSchemaSpec } from './flow-schema-validation.ts'
import { validateFixedFlowSchema } from './mandatory-objects.ts'

const MATCHING_PRECEDENCE_DEFAULT = 1000

function validate(draft: Draft): FieldError[] {
  const schema = draft as FlowSchema
  const name = schema.metadata.name ?? ''
  return [
    ...validateFlowSchemaSpec(name, schema.spec ?? { priorityLevelConfiguration: { name: '' } }),
    ...validateFixedFlowSchema(name, schema.spec),
    ...validateFlowControlStatus(draft),
  ]
}

/** Which requests belong together (API reference, flowcontrol.apiserver.k8s.io/v1 FlowSchema; KEP-1040). */
export const flowSchemaStrategy: Strategy = {
  default: (draft) => {
    const { spec } = draft as FlowSchema
    if (spec !== undefined && !spec.matchingPrecedence) spec.matchingPrecedence = MATCHING_PRECEDENCE_DEFAULT
  },
  ...flowControlStatus,
  validate,
  validateUpdate: validate,
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = object as Readonly<FlowSchema>
    const dangling = status?.conditions?.find((condition) => condition.type === 'Dangling')
    return [
      metadata.name ?? '',
      spec?.priorityLevelConfiguration.name ?? '',
      spec?.matchingPrecedence ?? 0,
      spec?.distinguisherMethod?.type ?? '<none>',
      ageCell(metadata.creationTimestamp, nowMs),
      dangling?.status ?? '?',
    ]
  },
}
