import type { PersistentVolumeClaim, PersistentVolumeClaimCondition } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import { holding, withConditions } from '../volume-expand/resize-conditions.ts'

type Claim = PersistentVolumeClaim
type State = 'InProgress' | 'Infeasible' | 'Pending'

const MODIFY_CONDITIONS: ReadonlySet<string> = new Set(['ModifyingVolume', 'ModifyVolumeError'])
/** The reason of the condition of a claim whose volume named the class before the driver was asked for it: there the name does not say that it was. */
const NAMED_BEFORE = 'VolumeNamesClass'

/** The class that the user wants; undefined where the claim names none. */
export const wantedClass = ({ spec }: Readonly<Claim>): string | undefined => spec?.volumeAttributesClassName || undefined
/** The class whose parameters the volume has. */
export const currentClass = ({ status }: Readonly<Claim>): string | undefined => status?.currentVolumeAttributesClassName || undefined
/** The class that the driver is asked for, or was last. */
export const targetClass = ({ status }: Readonly<Claim>): string | undefined =>
  status?.modifyVolumeStatus?.targetVolumeAttributesClassName || undefined
export const modifyState = ({ status }: Readonly<Claim>): State | undefined => status?.modifyVolumeStatus?.status || undefined

/** Whether something is said about a modification that is not over. */
export const tellsOfModification = ({ status }: Readonly<Claim>): boolean =>
  status?.modifyVolumeStatus !== undefined || (status?.conditions?.some(({ type }) => MODIFY_CONDITIONS.has(type)) ?? false)

export const isMarkedNamedBefore = ({ status }: Readonly<Claim>): boolean =>
  status?.conditions?.some(({ type, reason }) => MODIFY_CONDITIONS.has(type) && reason === NAMED_BEFORE) ?? false

/** The claim of which the class cannot be asked for yet. Conditions stay: they are about an earlier one. */
export function pending(claim: Claim, target: string): Claim {
  return withStatus(claim, { modifyVolumeStatus: { status: 'Pending', targetVolumeAttributesClassName: target } })
}

/** The claim from right before the driver is asked until it has answered for good. */
export function inProgress(claim: Claim, target: string, nowMs: number, isNamedBefore: boolean): Claim {
  const told = holding('ModifyingVolume', formatTime(nowMs), 'ModifyVolume operation in progress.')
  return withStatus(claim, {
    modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: target },
    conditions: withModifyConditions(claim, [isNamedBefore ? { ...told, reason: NAMED_BEFORE } : told]),
  })
}

/** The claim after the driver has failed: the modification goes on, or cannot be. */
export function failed(claim: Claim, target: string, error: string, nowMs: number, isInfeasible: boolean): Claim {
  const told = holding('ModifyVolumeError', formatTime(nowMs), `ModifyVolume failed with error: ${error}. Waiting for retry.`)
  const isNamedBefore = !isInfeasible && isMarkedNamedBefore(claim)
  return withStatus(claim, {
    modifyVolumeStatus: { status: isInfeasible ? 'Infeasible' : 'InProgress', targetVolumeAttributesClassName: target },
    conditions: withModifyConditions(claim, [isNamedBefore ? { ...told, reason: NAMED_BEFORE } : told]),
  })
}

/** The claim whose volume has the class. */
export const completed = (claim: Claim, target: string): Claim => withStatus(settled(claim), { currentVolumeAttributesClassName: target })

/** The claim of which nothing is wanted any more but what it has. */
export function settled(claim: Claim): Claim {
  const { modifyVolumeStatus: _status, conditions: _conditions, ...rest } = claim.status ?? {}
  const left = withModifyConditions(claim, [])
  return { ...claim, status: { ...rest, ...(left.length > 0 ? { conditions: left } : {}) } }
}

const withStatus = (claim: Claim, status: NonNullable<Claim['status']>): Claim => ({ ...claim, status: { ...claim.status, ...status } })

const withModifyConditions = ({ status }: Claim, now: readonly PersistentVolumeClaimCondition[]): PersistentVolumeClaimCondition[] =>
  withConditions(status?.conditions, now, (type) => !MODIFY_CONDITIONS.has(type))
