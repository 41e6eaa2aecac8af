import { printGoValue } from './go-syntax.ts'
import { cloneJson, isJsonObject, type JsonObject } from './json-value.ts'
import { refused, wrongType } from './strategic-merge-error.ts'
import { elementType, orderedLike, partition, partitionByKey, sameElement } from './strategic-merge-list.ts'

/** A list of an object as a `$setElementOrder` directive finds it. */
export interface OrderedList {
  /** The directive: all elements of the result in the order that is wanted, reduced to their merge keys. */
  readonly order: unknown
  /** The list of the object; undefined when it has none. */
  readonly target: unknown
  /** The patch's list; undefined when it has none. */
  readonly patch: unknown
  readonly mergeKey: string
  /** Merges the patch's list into the object's. */
  readonly merge: (target: unknown[], patch: unknown[]) => unknown[]
}

/**
 * The list in the order that a patch asks for; elements that the directive does not name keep their places among the others. Undefined when
 * neither side has the list. Refuses a patch whose elements come in another order than the directive's.
 */
export function mergeInOrder({ order, target, patch, mergeKey, merge }: OrderedList): unknown[] | undefined {
  const wanted = listOf(order) ?? []
  const present = listOf(target)
  const changes = patch === undefined ? undefined : listOf(patch)
  checkOrder(changes ?? [], wanted, mergeKey)
  if (present === undefined && changes === undefined) return undefined
  const added = changes === undefined ? [] : withoutDirectives(changes)
  const merged = changes === undefined ? present! : present === undefined ? added : merge(present, changes)
  const [named, others] = mergeKey
    ? partitionByKey(merged, wanted, mergeKey)
    : partition(merged, (element) => wanted.some((one) => sameElement(one, element, mergeKey)))
  elementType(present ?? [], changes ?? [])
  return orderedLike(named, others, wanted, present ?? [], mergeKey)
}

function listOf(value: unknown): unknown[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrongType('[]interface {}', value)
  return value as unknown[]
}

/** Each element of the patch must occur in the directive, in the same order; those that are directives need not. */
function checkOrder(changes: readonly unknown[], wanted: readonly unknown[], mergeKey: string): void {
  if (changes.length === 0 || wanted.length === 0) return
  const named = mergeKey ? changes.filter((element) => !isDirective(requireMap(element))) : changes
  let at = 0
  for (const element of wanted) {
    if (at < named.length && sameElement(named[at], element, mergeKey)) at++
  }
  if (at < named.length) {
    throw refused(`The order in patch list:\n${printGoValue(changes)}\n doesn't match $setElementOrder list:\n${printGoValue(wanted)}\n`)
  }
}

function requireMap(element: unknown): JsonObject {
  if (!isJsonObject(element)) throw wrongType('map[string]interface {}', element)
  return element
}

const isDirective = (element: unknown): boolean => isJsonObject(element) && Object.hasOwn(element, '$patch')

/** A copy of a value of a patch without the maps in it that are directives. */
export function withoutDirectives<T>(value: T): T {
  if (Array.isArray(value)) return value.filter((element) => !isDirective(element)).map(withoutDirectives) as T
  if (!isJsonObject(value)) return value
  const copy = cloneJson(value) as JsonObject
  for (const [name, member] of Object.entries(copy)) {
    if (isDirective(member)) delete copy[name]
    else if (typeof member === 'object') copy[name] = withoutDirectives(member)
  }
  return copy as T
}
