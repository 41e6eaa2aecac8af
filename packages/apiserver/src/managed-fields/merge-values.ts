import { setMember } from '@kubetape/apimachinery'
import { hasKeys, isRecord } from './field-changes.ts'
import { itemElement } from './path-element.ts'
import { type ListShape, type MapShape, type Shape, shapeKindOf } from './value-shape.ts'

/**
 * What an applied value makes of a live one: what it says counts, what it does not say stays. Maps and lists with keys merge part by part, all else is
 * replaced as a whole. Undefined is an absent value; null is one that is said. Nothing is changed or copied that stays as it is, so parts that are the
 * same object have not changed.
 */
export function mergeValues(shape: Shape, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live
  if (live === undefined) return applied
  switch (shapeKindOf(shape, applied === null ? live : applied)) {
    case 'map': {
      const [before, after] = [isRecord(live) ? live : undefined, isRecord(applied) ? applied : undefined]
      if (shape.map!.atomic || (!has(before) && !has(after))) return replaced(live, applied)
      if (after === undefined) return before
      return before === undefined ? after : mergeMaps(shape.map!, before, after)
    }
    case 'list': {
      const [before, after] = [Array.isArray(live) ? live : undefined, Array.isArray(applied) ? applied : undefined]
      if (shape.list!.relation === 'atomic' || (!before?.length && !after?.length)) return replaced(live, applied)
      if (after === undefined) return before
      return before === undefined ? after : mergeLists(shape.list!, before as unknown[], after as unknown[])
    }
    default:
      return replaced(live, applied)
  }
}

const has = (map: object | undefined): boolean => map !== undefined && hasKeys(map)

const replaced = (live: unknown, applied: unknown): unknown => (typeof applied !== 'object' && live === applied ? live : applied)

function mergeMaps(shape: MapShape, live: Readonly<Record<string, unknown>>, applied: Readonly<Record<string, unknown>>): unknown {
  let merged: Record<string, unknown> | undefined
  for (const name in applied) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined
    const after = mergeValues(shape.fields.get(name) ?? shape.values ?? UNKNOWN, before, applied[name])
    if (after === before) continue
    merged ??= { ...live }
    setMember(merged, name, after)
  }
  return merged ?? live
}

const UNKNOWN: Shape = {}

/** Some item of a live list that comes with the same keys again: it cannot be merged with. */
const REPEATED = Symbol('repeated')

function mergeLists(shape: ListShape, live: readonly unknown[], applied: readonly unknown[]): unknown {
  const liveElements = live.map((item) => itemElement(shape, item))
  const appliedElements = applied.map((item) => itemElement(shape, item))
  const before = new Map<string, unknown>()
  for (const [at, element] of liveElements.entries()) before.set(element, before.has(element) ? REPEATED : live[at])
  const after = new Map(appliedElements.map((element, at) => [element, applied[at]]))
  const merged = mergedOrder(liveElements, appliedElements, before, after).map(({ element, at }) => {
    if (element === undefined) return live[at]
    const old = before.get(element)
    return mergeValues(shape.items, old === REPEATED ? undefined : old, after.get(element))
  })
  return merged.length === live.length && merged.every((item, at) => item === live[at]) ? live : merged
}

/** One item of a merged list: of the applied list, by its element, or a live one that is not applied, by its place. */
interface Place {
  readonly element: string | undefined
  readonly at: number
}

/**
 * The order of a merged list: applied items keep theirs; live items that are not applied stay before the applied item that they stood before, as
 * far as both orders agree.
 */
function mergedOrder(
  live: readonly string[],
  applied: readonly string[],
  isLive: ReadonlyMap<string, unknown>,
  isApplied: ReadonlyMap<string, unknown>,
): Place[] {
  const order: Place[] = []
  const shared = applied.filter((element) => isLive.has(element))
  const taken = new Set<string>()
  let nextShared = 0
  let [mine, theirs] = [0, 0]
  const take = (element: string): void => {
    taken.add(element)
    order.push({ element, at: 0 })
    theirs++
  }
  while (mine < live.length || theirs < applied.length) {
    const old = live[mine]
    const fresh = applied[theirs]
    if (old !== undefined && fresh !== undefined) {
      if (old === fresh) {
        take(fresh)
        mine++
        nextShared++
        continue
      }
      // It comes later in the applied order.
      if (isApplied.has(old) && nextShared < shared.length && shared[nextShared] !== old) {
        mine++
        continue
      }
    }
    if (old !== undefined) {
      if (!isApplied.has(old)) {
        order.push({ element: undefined, at: mine++ })
        continue
      }
      if (taken.has(old)) mine++
    }
    if (fresh !== undefined) {
      take(fresh)
      if (shared[nextShared] === fresh) nextShared++
    }
  }
  return order
}
