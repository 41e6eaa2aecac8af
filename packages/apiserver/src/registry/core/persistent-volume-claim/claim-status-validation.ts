import {
  type FieldError,
  FieldPath,
  invalid,
  type KubeObject,
  notSupported,
  qualifiedNameErrors,
  quantityOf,
  required,
  validateObjectMetaUpdate,
} from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { Draft, StrategyContext } from '../../strategy.ts'
import { checkQualifiedName } from '../pod/field-rule.ts'

const STATUS = FieldPath.of('status')
/** How far an expansion is, in the order in which messages list it (KEP-1790). */
const EXPANSION_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
]

/** Whether expansion is judged by the rules of KEP-1790: its gate is on, or the stored claim has what it writes. */
export function judgesExpansion({ status }: Readonly<PersistentVolumeClaim>, gates: Gates): boolean {
  return (
    gates.enabled('RecoverVolumeExpansionFailure') ||
    Object.keys(status?.allocatedResources ?? {}).length > 0 ||
    Object.keys(status?.allocatedResourceStatuses ?? {}).length > 0
  )
}

/** Validates the status of a claim (API reference, PersistentVolumeClaimStatus). */
export function validateClaimStatusUpdate(draft: Draft, stored: Readonly<KubeObject>, { gates }: StrategyContext): FieldError[] {
  const claim = draft as PersistentVolumeClaim
  const errors = validateObjectMetaUpdate(claim.metadata, stored.metadata!)
  if (!claim.metadata.resourceVersion) errors.push(required(FieldPath.of('resourceVersion')))
  if (!claim.spec?.accessModes?.length) errors.push(required(FieldPath.of('Spec').child('accessModes')))
  for (const [name, amount] of Object.entries(claim.status?.capacity ?? {}))
    errors.push(...validateAmount(amount, STATUS.child('capacity').key(name)))
  if (judgesExpansion(stored as Readonly<PersistentVolumeClaim>, gates)) errors.push(...validateExpansion(claim))
  return errors
}

function validateExpansion({ status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = []
  const states = STATUS.child('allocatedResourceStatus')
  for (const [name, state] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    errors.push(...validateKey(name, states))
    // Upstream shows the resource, not its state.
    if (!EXPANSION_STATES.includes(state)) errors.push(notSupported(states, name, EXPANSION_STATES))
  }
  const amounts = STATUS.child('allocatedResources')
  for (const [name, amount] of Object.entries(status?.allocatedResources ?? {})) {
    const wrong = validateKey(name, amounts)
    errors.push(...(wrong.length > 0 ? wrong : validateAmount(amount, amounts.key(name))))
  }
  return errors
}

function validateAmount(amount: string, path: FieldPath): FieldError[] {
  const quantity = quantityOf(amount)
  return quantity.sign < 0 ? [invalid(path, quantity.value(), 'must be a valid resource quantity')] : []
}

/** Of Kubernetes' own resources only storage can be claimed; those of others have a domain. */
function validateKey(name: string, path: FieldPath): FieldError[] {
  if (qualifiedNameErrors(name).length > 0) return checkQualifiedName(path, name)
  const isNative = !name.includes('/') || name.includes('kubernetes.io/')
  return isNative && name !== 'storage' ? [notSupported(path, name, ['storage'])] : []
}
