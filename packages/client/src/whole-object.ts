import { formatGroupVersion, type Kind, type KubeList, type KubeObject } from '@kubetape/apimachinery'

/** The object with `kind` and `apiVersion`; the same object when both are there. */
export function wholeObject<T extends KubeObject>(kind: Kind<T>, object: T): T {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object
  return { kind: kind.kind, apiVersion: formatGroupVersion(kind), ...object }
}

/** A list as the contract has it: items of built-in kinds come without kind and apiVersion on the wire, and an empty list may be `null`. */
export function wholeList<T extends KubeObject>(kind: Kind<T>, list: WireList<T>): KubeList<T> {
  const head = { kind: kind.kind, apiVersion: formatGroupVersion(kind) }
  const items = list.items ?? []
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!
    if (item.kind === undefined || item.apiVersion === undefined) items[at] = { ...head, ...item }
  }
  return { ...list, metadata: list.metadata ?? {}, items }
}

/** A list as servers may send it. */
export interface WireList<T> extends Partial<Omit<KubeList<T>, 'items'>> {
  items?: T[] | null
}

/** The items of what a server sent as a list. */
export const itemsOf = (list: unknown): readonly unknown[] => (list as WireList<KubeObject> | null)?.items ?? []
