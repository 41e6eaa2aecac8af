import { deepEqual } from '@kubetape/apimachinery'
import { hasKeys, isRecord } from './field-changes.ts'
import { type FieldSet, LEAF, union } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'
import { type ListShape, type MapShape, type Shape, shapeKindOf } from './value-shape.ts'

/** What differs between two values: `changed` has what was added or modified. */
export interface ValueDifference {
  readonly changed: FieldSet
  readonly removed: FieldSet
}

/** Compares two values of one shape, field by field. Undefined is an absent value, null is a value. Parts that are the same object are not looked into. */
export function compareValues(shape: Shape, live: unknown, next: unknown): ValueDifference {
  const root: Nodes = { changed: {}, removed: {} }
  if (live !== next) compareParts(shape, live, next, root)
  return root
}

/** The trees below one element, while they are filled in. */
interface Nodes {
  readonly changed: Record<string, FieldSet>
  readonly removed: Record<string, FieldSet>
}

function compareElement(shape: Shape, live: unknown, next: unknown, element: string, into: Nodes): void {
  if (live === next) return
  const below: Nodes = { changed: {}, removed: {} }
  const leaf = compareParts(shape, live, next, below)
  const came = leaf === 'changed' || live === undefined
  const went = leaf === 'removed' || next === undefined
  if (came) below.changed['.'] = LEAF
  if (went) below.removed['.'] = LEAF
  put(into.changed, element, below.changed)
  put(into.removed, element, below.removed)
}

function put(into: Record<string, FieldSet>, element: string, node: Record<string, FieldSet>): void {
  const children = Object.keys(node).length
  if (children === 0) return
  const tree = children === 1 && '.' in node ? LEAF : node
  const before = into[element]
  into[element] = before === undefined ? tree : union({ [element]: before }, { [element]: tree })[element]!
}

/** Compares what is below; answers what became of the value where it is compared as a whole. */
function compareParts(shape: Shape, live: unknown, next: unknown, into: Nodes): 'changed' | 'removed' | undefined {
  if (live !== undefined && live !== null && next !== undefined && next !== null) {
    const before = shapeKindOf(shape, live)
    if (before !== shapeKindOf(shape, next)) {
      // A value that takes another shape: its old parts are gone, its new ones are new.
      const went = compareAs(before, shape, live, undefined, { changed: {}, removed: into.removed })
      const came = compareAs(shapeKindOf(shape, next), shape, undefined, next, { changed: into.changed, removed: {} })
      return went !== undefined || came !== undefined ? 'changed' : undefined
    }
  }
  return compareAs(shapeKindOf(shape, next ?? live), shape, live, next, into)
}

function compareAs(
  kind: ReturnType<typeof shapeKindOf>,
  shape: Shape,
  live: unknown,
  next: unknown,
  into: Nodes,
): 'changed' | 'removed' | undefined {
  if (kind === 'map') {
    const [before, after] = [isRecord(live) ? live : {}, isRecord(next) ? next : {}]
    if (!shape.map!.atomic && (hasKeys(before) || hasKeys(after))) return compareMaps(shape.map!, before, after, into)
  } else if (kind === 'list') {
    const [before, after]: unknown[][] = [Array.isArray(live) ? live : [], Array.isArray(next) ? next : []]
    if (shape.list!.relation !== 'atomic' && (before!.length > 0 || after!.length > 0))
      return compareLists(shape.list!, before!, after!, into)
  }
  if (live === undefined) return 'changed'
  if (next === undefined) return 'removed'
  return deepEqual(live, next) ? undefined : 'changed'
}

function compareMaps(
  shape: MapShape,
  live: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
  into: Nodes,
): undefined {
  const shapeOf = (name: string): Shape => shape.fields.get(name) ?? shape.values ?? {}
  for (const name in next)
    compareElement(shapeOf(name), Object.hasOwn(live, name) ? live[name] : undefined, next[name], fieldElement(name), into)
  for (const name in live) if (!Object.hasOwn(next, name)) compareElement(shapeOf(name), live[name], undefined, fieldElement(name), into)
}

function compareLists(shape: ListShape, live: readonly unknown[], next: readonly unknown[], into: Nodes): undefined {
  const before = byElement(shape, live)
  const after = byElement(shape, next)
  for (const [element, items] of after) compareItems(shape.items, before.get(element), items, element, into)
  for (const [element, items] of before) if (!after.has(element)) compareItems(shape.items, items, undefined, element, into)
}

function byElement(shape: ListShape, list: readonly unknown[]): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>()
  for (const item of list) {
    const element = itemElement(shape, item)
    const same = items.get(element)
    if (same === undefined) items.set(element, [item])
    else same.push(item)
  }
  return items
}

/** Items with the same keys are compared one to one, or, where there are several, as a whole. */
function compareItems(
  shape: Shape,
  live: readonly unknown[] | undefined,
  next: readonly unknown[] | undefined,
  element: string,
  into: Nodes,
): void {
  if ((live?.length ?? 0) <= 1 && (next?.length ?? 0) <= 1) {
    compareElement(shape, live?.[0], next?.[0], element, into)
    return
  }
  if (live !== undefined && next !== undefined && deepEqual(live, next)) return
  for (const item of next ?? []) compareElement(shape, undefined, item, element, into)
  if (next === undefined) for (const item of live ?? []) compareElement(shape, item, undefined, element, into)
}
