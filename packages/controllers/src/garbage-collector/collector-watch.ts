import { deepEqual, type Kind, type KubeObject, type OwnerReference } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import type { KindLookup } from '@kubetape/runtime'
import { isNowhere, keyOf, type OwnerDirectory, type OwnerIdentity } from './owner-identity.ts'
import { isOrphaning, isWaiting } from './plan.ts'

/** The index that files objects under the identities of their owners. */
export const BY_OWNER = 'garbageCollectorOwner'
/** The index that files objects under the kinds of their owners. */
export const BY_OWNER_KIND = 'garbageCollectorOwnerKind'

/**
 * The owners to look after because of a change of an object of `kind`, in time proportional to the object's references:
 *
 * - the object itself, when it is gone and has left something behind, or is going and its finalizers say what to do about what it owns;
 * - an owner of it that is not known: it may be absent;
 * - an owner of it that waits for it.
 *
 * Owners are told by what they are now and not by what has just changed, so that a change seen late is acted on all the same.
 */
export function ownersToLookAfter(directory: OwnerDirectory, kind: Kind, change: StoreChange<KubeObject>, lookup: KindLookup): string[] {
  const { type, object, previous } = change
  const keys: string[] = []
  const self = directory.identityOf(kind, object)
  if (type === 'deleted') {
    if (hasDependents(directory, self, lookup)) keys.push(keyOf(self))
  } else if (isOrphaning(object) || isWaiting(object)) {
    keys.push(keyOf(self))
  }
  const references = object.metadata?.ownerReferences ?? []
  const before = previous?.metadata?.ownerReferences ?? []
  const namespace = object.metadata?.namespace ?? ''
  const isQuiet =
    type === 'updated' && object.metadata?.deletionTimestamp !== undefined && previous?.metadata?.deletionTimestamp !== undefined
  const sameReferences = references === before || deepEqual(references, before)
  if (!isQuiet || !sameReferences)
    for (const reference of references)
      keys.push(...keysOfOwner(directory, reference, { namespace, sameReferences, isGone: type === 'deleted' }, lookup))
  if (!sameReferences)
    for (const reference of before) keys.push(...keysOfOwner(directory, reference, { namespace, sameReferences, isGone: true }, lookup))
  return keys
}

/** `isGone`: the reference is no more, so its owner matters only if it waits for that. */
function keysOfOwner(
  directory: OwnerDirectory,
  reference: OwnerReference,
  { namespace, sameReferences, isGone }: { namespace: string; sameReferences: boolean; isGone: boolean },
  lookup: KindLookup,
): string[] {
  const owner = directory.resolve(reference, namespace)
  if (owner === 'unresolved') return []
  if (isNowhere(owner)) return isGone || sameReferences ? [] : [keyOf(owner, true)]
  const known = knownOwner(owner, lookup)
  if (known === undefined) return isGone ? [] : [keyOf(owner, true)]
  return isWaiting(known) ? [keyOf(owner)] : []
}

/** The owner as the informer shows it; undefined when it does not show one with this uid. */
function knownOwner(owner: OwnerIdentity, lookup: KindLookup): KubeObject | undefined {
  const object = lookup(owner.kind).get(owner.namespace ? `${owner.namespace}/${owner.name}` : owner.name)
  return object?.metadata?.uid === owner.uid ? object : undefined
}

function hasDependents(directory: OwnerDirectory, owner: OwnerIdentity, lookup: KindLookup): boolean {
  const value = directory.indexValueOf(owner)
  return directory.kinds.some((kind) =>
    lookup(kind)
      .byIndex(BY_OWNER, value)
      .some((object) => directory.isOwnedBy(object, owner)),
  )
}

/** The owners to look after because their kind is served now: until then nothing could be told of those that name them. */
export function ownersOfNewKind(directory: OwnerDirectory, { group, kind }: Kind, lookup: KindLookup): string[] {
  return directory.kinds.flatMap((one) =>
    lookup(one)
      .byIndex(BY_OWNER_KIND, `${group}/${kind}`)
      .flatMap((object) => ownersToLookAfter(directory, one, { type: 'added', object, previous: undefined, initial: false }, lookup)),
  )
}
