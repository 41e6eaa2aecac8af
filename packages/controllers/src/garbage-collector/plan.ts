import { FOREGROUND_FINALIZER, type KubeObject, ORPHAN_FINALIZER } from '@kubetape/apimachinery'

/** How one owner of an object stands. */
export type OwnerState =
  /** It exists and keeps what it owns. */
  | 'solid'
  /** It does not exist under this uid. */
  | 'absent'
  /** It is being deleted in the foreground and waits for what it owns. */
  | 'waiting'
  /** It cannot be told. */
  | 'unknown'

/** What is known about an object that has owners. */
export interface DependentObserved {
  readonly object: KubeObject
  /** The state of each owner, in the order of metadata.ownerReferences. */
  readonly owners: readonly OwnerState[]
  readonly hasDependents: boolean
  /** Something that it owns is itself being deleted in the foreground: they could wait for each other for ever. */
  readonly hasWaitingDependent: boolean
}

export type DependentAction =
  | { readonly type: 'keep' }
  /** Take the references to these uids away. */
  | { readonly type: 'drop-references'; readonly uids: readonly string[] }
  /** `unblock`: first let its owners go without waiting for it, since they wait for each other. */
  | { readonly type: 'delete'; readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan'; readonly unblock: boolean }

const KEEP: DependentAction = { type: 'keep' }

/** Whether an object is being deleted and waits for what it owns. */
export function isWaiting({ metadata }: KubeObject): boolean {
  return metadata?.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FOREGROUND_FINALIZER) ?? false)
}

/** Whether an object is being deleted and what it owns is to be set free. */
export function isOrphaning({ metadata }: KubeObject): boolean {
  return metadata?.deletionTimestamp !== undefined && (metadata.finalizers?.includes(ORPHAN_FINALIZER) ?? false)
}

/**
 * What becomes of an object by the state of its owners (Kubernetes documentation, "Garbage Collection"):
 *
 * - one solid owner keeps it; references to owners that are absent or waiting are taken away, so that nothing waits for it;
 * - no solid owner, but one that waits, and it has dependents itself: it is deleted in the foreground too;
 * - otherwise it is deleted the way its own finalizers ask for, in the background by default.
 */
export function plan({ object, owners, hasDependents, hasWaitingDependent }: DependentObserved): DependentAction {
  const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata ?? {}
  if (deletionTimestamp !== undefined || owners.length === 0 || owners.includes('unknown')) return KEEP
  if (owners.includes('solid')) {
    const uids = ownerReferences.filter((_, at) => owners[at] !== 'solid').map(({ uid }) => uid)
    return uids.length === 0 ? KEEP : { type: 'drop-references', uids }
  }
  if (owners.includes('waiting') && hasDependents) return { type: 'delete', propagationPolicy: 'Foreground', unblock: hasWaitingDependent }
  const propagationPolicy = finalizers.includes(ORPHAN_FINALIZER)
    ? 'Orphan'
    : finalizers.includes(FOREGROUND_FINALIZER)
      ? 'Foreground'
      : 'Background'
  return { type: 'delete', propagationPolicy, unblock: false }
}

/** Whether an owner that waits must go on waiting for this object. */
export function blocks({ metadata }: KubeObject, ownerUid: string): boolean {
  return metadata?.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true) ?? false
}
