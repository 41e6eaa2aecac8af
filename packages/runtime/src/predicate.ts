import { deepEqual, type KubeObject } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'

/** Decides whether a change is worth a run. */
export type Predicate<T extends KubeObject = KubeObject> = (change: StoreChange<T>) => boolean

/** The spec changed (metadata.generation differs). */
export const generationChanged: Predicate = ({ object, previous }) => object.metadata?.generation !== previous?.metadata?.generation

/** Labels changed. */
export const labelsChanged: Predicate = ({ object, previous }) =>
  !deepEqual(object.metadata?.labels ?? {}, previous?.metadata?.labels ?? {})

/** Annotations changed. */
export const annotationsChanged: Predicate = ({ object, previous }) =>
  !deepEqual(object.metadata?.annotations ?? {}, previous?.metadata?.annotations ?? {})

export const or =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (change) =>
    predicates.some((one) => one(change))

export const and =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (change) =>
    predicates.every((one) => one(change))

/**
 * `predicate` for updates, but it never hears of what must not be swallowed: appearing, going, and the start of a deletion pass
 * (in other frameworks a generation predicate loses deletions and leaves objects Terminating for ever).
 */
export function keepingDeletions<T extends KubeObject>(predicate: Predicate<T>): Predicate<T> {
  return (change) =>
    change.type !== 'updated' ||
    change.object.metadata?.deletionTimestamp !== change.previous?.metadata?.deletionTimestamp ||
    predicate(change)
}
