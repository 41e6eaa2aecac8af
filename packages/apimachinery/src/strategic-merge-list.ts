import { goTypeOf, printGoValue } from './go-syntax.ts'
import { cloneJson, isJsonObject, type JsonObject, sameScalar } from './json-value.ts'
import { listOfLists, noMergeKey, refused, unknownDirective, wrongType } from './strategic-merge-error.ts'
import type { MergeSchema } from './strategic-merge-schema.ts'

/** Merges the member of one list element; given by the merge of maps, which calls lists in turn. */
export type MergeMaps = (target: JsonObject, patch: JsonObject, schema: MergeSchema | undefined) => JsonObject

/** What there is to know about a list that is merged. */
export interface ListMerge {
  readonly items: MergeSchema | undefined
  readonly mergeKey: string
  /** The patch lists scalars to take out. */
  readonly deletes: boolean
  readonly mergeMaps: MergeMaps
}

/**
 * Merges a patch's list into a list: objects by their merge key, scalars as a set. The patch's elements keep the patch's order, the others the
 * order that they had. `target` may be changed; the patch is copied.
 */
export function mergeLists(target: unknown[], patch: readonly unknown[], merge: ListMerge): unknown[] {
  if (target.length === 0 && patch.length === 0) return target
  const ofMaps = elementType(target, patch) === 'map[string]interface {}'
  if (!ofMaps) {
    if (merge.deletes) return target.filter((one) => !patch.some((deleted) => sameScalar(one, deleted)))
    const merged = distinct([...target, ...patch])
    const [fromPatch, others] = partition(merged, (one) => patch.some((wanted) => sameScalar(one, wanted)))
    return orderedLike(fromPatch, others, patch, target, '')
  }
  if (!merge.mergeKey) throw refused('cannot merge lists without merge key for struct')
  const { kept, changes, replaced } = carryOutDirectives(target, patch, merge.mergeKey)
  if (replaced) return orderedLike([], changes, [], changes, merge.mergeKey)
  const merged = mergeElements([...kept], changes, merge)
  const [fromPatch, others] = partitionByKey(merged, changes, merge.mergeKey)
  return orderedLike(fromPatch, others, changes, kept, merge.mergeKey)
}

/** Applies the elements of a patch that are directives, and answers what is left of both lists. */
function carryOutDirectives(target: unknown[], patch: readonly unknown[], mergeKey: string) {
  let kept = target
  let replaced = false
  const changes: JsonObject[] = []
  for (const element of patch as readonly JsonObject[]) {
    if (!Object.hasOwn(element, '$patch')) {
      changes.push(cloneJson(element))
      continue
    }
    switch (element['$patch']) {
      case 'delete':
        if (!Object.hasOwn(element, mergeKey)) throw noMergeKey(element, mergeKey)
        kept = kept.filter((one) => !hasKey(one, mergeKey, element[mergeKey]))
        break
      case 'replace':
        replaced = true
        break
      case 'merge':
        throw refused('merging lists cannot yet be specified in the patch')
      default:
        throw unknownDirective(element['$patch'], element)
    }
  }
  return { kept, changes, replaced }
}

function mergeElements(target: unknown[], changes: readonly JsonObject[], { items, mergeKey, mergeMaps }: ListMerge): unknown[] {
  for (const change of changes) {
    if (!Object.hasOwn(change, mergeKey)) throw noMergeKey(change, mergeKey)
    const at = target.findIndex((one) => hasKey(one, mergeKey, change[mergeKey]))
    if (at < 0) target.push(change)
    else target[at] = mergeMaps(target[at] as JsonObject, change, items)
  }
  return target
}

function hasKey(element: unknown, mergeKey: string, value: unknown): boolean {
  return isJsonObject(element) && Object.hasOwn(element, mergeKey) && sameScalar(element[mergeKey], value)
}

/** The one type of all elements; they may not be lists nor of several types. */
export function elementType(...lists: readonly (readonly unknown[])[]): string {
  let type: string | undefined
  for (const list of lists) {
    for (const element of list) {
      const its = goTypeOf(element)
      if (its === '[]interface {}') throw listOfLists()
      if (type !== undefined && its !== type) throw refused(`list element types are not identical: ${printGoValue(lists)}`)
      type = its
    }
  }
  if (type === undefined) throw refused('no elements in any of the given slices')
  return type
}

/**
 * Puts `first` into the order of `firstOrder` and `others` into that of `othersOrder`, then weaves the others in: each goes before the first
 * of `first` that it stood before in `othersOrder`.
 */
export function orderedLike(
  first: readonly unknown[],
  others: readonly unknown[],
  firstOrder: readonly unknown[],
  othersOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  if (mergeKey) for (const list of [first, firstOrder, others, othersOrder]) requireKeys(list, mergeKey)
  const wanted = sortedBy(first, firstOrder, mergeKey)
  const rest = sortedBy(others, othersOrder, mergeKey)
  const woven: unknown[] = []
  let at = 0
  for (const element of wanted) {
    const rank = indexOfElement(othersOrder, element, mergeKey)
    while (at < rest.length && rank >= 0 && isBefore(rest[at], rank, othersOrder, mergeKey)) woven.push(rest[at++])
    woven.push(element)
  }
  return [...woven, ...rest.slice(at)]
}

function isBefore(element: unknown, rank: number, order: readonly unknown[], mergeKey: string): boolean {
  const own = indexOfElement(order, element, mergeKey)
  return own >= 0 && own < rank
}

function requireKeys(list: readonly unknown[], mergeKey: string): void {
  for (const element of list) {
    if (!isJsonObject(element)) throw wrongType('map[string]interface {}', element)
    if (!Object.hasOwn(element, mergeKey)) throw noMergeKey(element, mergeKey)
  }
}

/** Stable; elements that the order does not name stay behind those that it does. */
function sortedBy(list: readonly unknown[], order: readonly unknown[], mergeKey: string): unknown[] {
  const ranked = list.map((element) => ({ element, rank: indexOfElement(order, element, mergeKey) }))
  const rankOf = (rank: number): number => (rank < 0 ? order.length : rank)
  return ranked.sort((a, b) => rankOf(a.rank) - rankOf(b.rank)).map(({ element }) => element)
}

function indexOfElement(list: readonly unknown[], element: unknown, mergeKey: string): number {
  return list.findIndex((one) => sameElement(one, element, mergeKey))
}

/** Whether two elements are the same one: by the merge key, or, without one, as scalars. */
export function sameElement(a: unknown, b: unknown, mergeKey: string): boolean {
  if (!mergeKey) return sameScalar(a, b)
  return isJsonObject(b) && hasKey(a, mergeKey, b[mergeKey])
}

/** Those elements that `by` names, and the others. Every element must have the merge key. */
export function partitionByKey(list: readonly unknown[], by: readonly unknown[], mergeKey: string): [unknown[], unknown[]] {
  requireKeys(list, mergeKey)
  return partition(list, (element) => by.some((one) => sameElement(one, element, mergeKey)))
}

export function partition(list: readonly unknown[], belongs: (element: unknown) => boolean): [unknown[], unknown[]] {
  const [inside, outside]: [unknown[], unknown[]] = [[], []]
  for (const element of list) (belongs(element) ? inside : outside).push(element)
  return [inside, outside]
}

function distinct(list: readonly unknown[]): unknown[] {
  return list.filter((element, at) => list.findIndex((one) => sameScalar(one, element)) === at)
}
