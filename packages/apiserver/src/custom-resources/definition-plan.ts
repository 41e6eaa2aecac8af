import type { CustomResourceDefinition, CustomResourceDefinitionStatus } from '@kubetape/api/types/apiextensions/v1'
import { type ConditionLike, deepEqual, findCondition, hasCondition, setCondition } from '@kubetape/apimachinery'
import { apiApproval, isProtectedGroup } from '../registry/apiextensions/api-approval.ts'
import { CLEANUP_FINALIZER } from '../registry/apiextensions/definition-strategy.ts'
import { judgeNames } from './accepted-names.ts'

type Definition = Readonly<CustomResourceDefinition>
type Status = CustomResourceDefinitionStatus

/** What is to be done about a definition next. */
export type DefinitionStep =
  | { readonly type: 'none' }
  /** Write this status. */
  | { readonly type: 'status'; readonly status: Status }
  /** Delete its objects: it is on its way out and says so. */
  | { readonly type: 'empty' }

const NONE: DefinitionStep = { type: 'none' }

/**
 * The next step of a definition's life, one at a time as upstream's controllers take them: its names, then that it is established, then the approval of
 * its group; of one that is on its way out, that its objects are being deleted, and then their deletion. `group` are all definitions of its group.
 */
export function planDefinition(definition: Definition, group: readonly Definition[], nowMs: number): DefinitionStep {
  const status = definition.status ?? {}
  const { acceptedNames, namesAccepted, established } = judgeNames(definition, group)
  const named = withConditions({ ...status, acceptedNames }, [namesAccepted, established], nowMs)
  if (!deepEqual(named, status)) return { type: 'status', status: named }
  if (hasCondition(status.conditions, 'NamesAccepted') && !hasCondition(status.conditions, 'Established'))
    return { type: 'status', status: withConditions(status, [ESTABLISHED], nowMs) }
  const approved = withApproval(definition, nowMs)
  if (!deepEqual(approved, status)) return { type: 'status', status: approved }
  return planDeletion(definition, nowMs)
}

const ESTABLISHED: ConditionLike = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
}

/** Whether only the server's own finalizer, or more, holds a definition that was deleted. */
export function isBeingEmptied({ metadata }: Definition): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(CLEANUP_FINALIZER) ?? false)
}

function planDeletion(definition: Definition, nowMs: number): DefinitionStep {
  if (!isBeingEmptied(definition)) return NONE
  const { status = {} } = definition
  const said = findCondition(status.conditions, 'Terminating')
  if (
    said?.reason === 'InstanceDeletionInProgress' ||
    said?.reason === 'InstanceDeletionCheck' ||
    said?.reason === 'InstanceDeletionFailed'
  )
    return { type: 'empty' }
  return { type: 'status', status: withTermination(status, 'InstanceDeletionInProgress', 'CustomResource deletion is in progress', nowMs) }
}

/** Why a definition that was deleted is still there, or what became of its objects. */
export type TerminationReason =
  'InstanceDeletionInProgress' | 'InstanceDeletionFailed' | 'InstanceDeletionCheck' | 'InstanceDeletionCompleted' | 'NeverEstablished'

/** The status with what is to be said of the deletion. */
export function withTermination(status: Readonly<Status>, reason: TerminationReason, message: string, nowMs: number): Status {
  const isOver = reason === 'InstanceDeletionCompleted' || reason === 'NeverEstablished'
  return withConditions(status, [{ type: 'Terminating', status: isOver ? 'False' : 'True', reason, message }], nowMs)
}

function withApproval({ metadata, spec, status = {} }: Definition, nowMs: number): Status {
  if (!isProtectedGroup(spec.group)) return status
  const { state, message } = apiApproval(metadata.annotations)
  const type = 'KubernetesAPIApprovalPolicyConformant'
  return withConditions(
    status,
    [{ type, status: state === 'approved' ? 'True' : 'False', reason: APPROVAL_REASONS[state], message }],
    nowMs,
  )
}

const APPROVAL_REASONS = {
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
  missing: 'MissingAnnotation',
  invalid: 'InvalidAnnotation',
} as const

function withConditions(status: Readonly<Status>, conditions: readonly ConditionLike[], nowMs: number): Status {
  const all = conditions.reduce<readonly ConditionLike[]>((known, one) => setCondition(known, one, nowMs), status.conditions ?? [])
  return { ...status, conditions: all as NonNullable<Status['conditions']> }
}
