import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import type { Gates } from '@kubetape/client-go-features'
import { boundTo, naming, referringTo } from './binding-steps.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from './storage-annotations.ts'
import { bindsLate, classNameOf, hasClass, hasSelectedNode } from './storage-class.ts'
import { misfitOf, refersTo } from './volume-fit.ts'

/** What a claim is judged by. What takes a search is asked for only where it matters. */
export interface ClaimObserved {
  readonly claim: PersistentVolumeClaim
  /** The volume that the claim names. */
  readonly named: PersistentVolume | undefined
  /** The claim's class, where there is one of that name. */
  readonly storageClass: StorageClass | undefined
  readonly gates: Gates
  /** The volume that fits best; `late`: of those only that are kept for this claim. */
  readonly match: (late: boolean) => PersistentVolume | undefined
  readonly defaultClass: () => StorageClass | undefined
  /** Names of Pods that use the claim and have no node yet. */
  readonly unscheduledPods: () => readonly string[]
}

export type ClaimAction =
  | { readonly type: 'bind'; readonly volume: PersistentVolume }
  | { readonly type: 'set-class'; readonly className: string }
  | { readonly type: 'provision' }
  | { readonly type: 'event'; readonly eventType: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  | { readonly type: 'without-volume'; readonly phase: 'Pending' | 'Lost' }
  /** Somebody has taken the marks off a claim that was bound: nothing is right until they do something else. */
  | { readonly type: 'fail'; readonly message: string }

/** What the binder does about one claim (Kubernetes documentation, "Persistent Volumes", Binding), in this order. Nothing: it is as it should be. */
export function planClaim(observed: ClaimObserved): ClaimAction[] {
  const { claim } = observed
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBound(observed)
  return claim.spec?.volumeName ? planNaming(observed) : planUnbound(observed)
}

/** Whether a claim and its volume are bound to each other and say so. */
export function isSettled(claim: Readonly<PersistentVolumeClaim>, volume: Readonly<PersistentVolume> | undefined): boolean {
  return (
    volume !== undefined &&
    claim.status?.phase === 'Bound' &&
    volume.status?.phase === 'Bound' &&
    referringTo(volume, claim) === volume &&
    naming(claim, volume) === claim &&
    boundTo(claim, volume, NO_GATES) === claim
  )
}

/** Nothing that gates decide is written to a claim that is Bound already. */
const NO_GATES: Gates = { enabled: () => false }

function planUnbound(observed: ClaimObserved): ClaimAction[] {
  const { claim, storageClass } = observed
  const late = bindsLate(storageClass)
  const volume = observed.match(late)
  if (volume !== undefined) return [{ type: 'bind', volume }]
  if (!hasClass(claim)) {
    const className = observed.defaultClass()?.metadata.name
    if (className !== undefined) return [{ type: 'set-class', className }]
  }
  if (late && !hasSelectedNode(claim)) return [waiting(observed.unscheduledPods()), { type: 'without-volume', phase: 'Pending' }]
  if (classNameOf(claim) !== '') return [{ type: 'provision' }]
  return [
    event('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'),
    { type: 'without-volume', phase: 'Pending' },
  ]
}

function planNaming({ claim, named: volume, gates }: ClaimObserved): ClaimAction[] {
  const pending: ClaimAction = { type: 'without-volume', phase: 'Pending' }
  if (volume === undefined) return [pending]
  const name = JSON.stringify(volume.metadata.name)
  if (volume.spec?.claimRef === undefined) {
    const misfit = misfitOf(volume, claim, gates)
    if (misfit === undefined) return [{ type: 'bind', volume }]
    return [event('Warning', 'VolumeMismatch', `Cannot bind to requested volume ${name}: ${misfit}`), pending]
  }
  if (refersTo(volume, claim)) return [{ type: 'bind', volume }]
  if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined)
    return [event('Warning', 'FailedBinding', `volume ${name} already bound to a different claim.`), pending]
  const { claimRef } = volume.spec
  const key = JSON.stringify(`${claim.metadata.namespace}/${claim.metadata.name}`)
  const other = JSON.stringify(`${claimRef.namespace}/${claimRef.name}`)
  return [{ type: 'fail', message: `invalid binding of claim ${key} to volume ${name}: volume already claimed by ${other}` }]
}

function planBound(observed: ClaimObserved): ClaimAction[] {
  const { claim, named: volume } = observed
  if (!claim.spec?.volumeName)
    return lost(claim, 'ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  if (volume === undefined) return lost(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  const { claimRef } = volume.spec ?? {}
  if (claimRef !== undefined && claimRef.uid !== claim.metadata.uid)
    return lost(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
  return isSettled(claim, volume) ? [] : [{ type: 'bind', volume }]
}

/** Told once, when it happens. */
function lost({ status }: Readonly<PersistentVolumeClaim>, reason: string, message: string): ClaimAction[] {
  return status?.phase === 'Lost' ? [] : [{ type: 'without-volume', phase: 'Lost' }, event('Warning', reason, message)]
}

function waiting(pods: readonly string[]): ClaimAction {
  if (pods.length === 0) return event('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  return event('Normal', 'WaitForPodScheduled', `waiting for pod${pods.length > 1 ? 's' : ''} ${pods.join(',')} to be scheduled`)
}

function event(eventType: 'Normal' | 'Warning', reason: string, message: string): ClaimAction {
  return { type: 'event', eventType, reason, message }
}
