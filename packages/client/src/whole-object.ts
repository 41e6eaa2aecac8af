import { formatGroupVersion, type Kind, type KubeList, type KubeObject } from '@kubetape/apimachinery'

/** What objects of a kind say of themselves. */
export const headOf = (kind: Kind): { kind: string; apiVersion: string } => ({ kind: kind.kind, apiVersion: formatGroupVersion(kind) })

/** The object with `kind` and `apiVersion`; the same object when both are there. */
export function wholeObject<T extends KubeObject>(kind: Kind<T>, object: T): T {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object
  return { ...headOf(kind), ...object }
}

/** A list as the contract has it: items of built-in kinds come without kind and apiVersion on the wire, and an empty list may be `null`. */
export function wholeList<T extends KubeObject>(kind: Kind<T>, list: WireList<T>): KubeList<T> {
  const head = headOf(kind)
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
