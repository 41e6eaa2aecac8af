import type { FlowSchemaStatus, PriorityLevelConfigurationStatus } from '@kubetape/api/types/flowcontrol/v1'
import { cloneJson, duplicate, type FieldError, FieldPath, type KubeObject, required } from '@kubetape/apimachinery'
import { keepStatus } from '../status-draft.ts'
import type { Draft, Strategy } from '../strategy.ts'

type Status = FlowSchemaStatus | PriorityLevelConfigurationStatus

/** Conditions have a type, each another one. */
export function validateFlowControlStatus(draft: Readonly<KubeObject>): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { type = '' }] of ((draft['status'] as Status | undefined)?.conditions ?? []).entries()) {
    const field = FieldPath.of('status').child('conditions').index(at).child('type')
    if (seen.has(type)) errors.push(duplicate(field, type))
    seen.add(type)
    if (type === '') errors.push(required(field, 'must not be empty'))
  }
  return errors
}

/** While its status is written, everything but that and the managed fields stays. */
function keepAllButStatus(draft: Draft, old: Readonly<KubeObject>): void {
  draft['spec'] = cloneJson(old['spec'])
  const { managedFields } = draft.metadata!
  draft.metadata = { ...cloneJson(old.metadata ?? {}), ...(managedFields === undefined ? {} : { managedFields }) }
}

/** What FlowSchemas and priority levels have in common: a status of conditions that only its own endpoint takes, and that is there from the start. */
export const flowControlStatus = {
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  prepareForUpdate: keepStatus,
  subresources: { status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateFlowControlStatus } },
} satisfies Strategy
