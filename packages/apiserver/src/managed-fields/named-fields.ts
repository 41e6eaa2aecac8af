import { type FieldSet, isMemberNode, isPrefixNode, LEAF } from './field-set.ts'
import type { Shape } from './value-shape.ts'

/**
 * The set with every field that its schema names and that leads to a member of the set. Appliers do not own objects, only what is in them: so that an
 * object goes with all that it had, it counts as a member while sets are taken from one another.
 */
export function withNamedFields(shape: Shape, set: FieldSet): FieldSet {
  const named: Record<string, FieldSet> = {}
  for (const element in set) {
    if (element === '.') continue
    const node = set[element]!
    if (!isPrefixNode(node)) {
      named[element] = node
      continue
    }
    const isField = element.startsWith('f:') && shape.map?.fields.has(element.slice(2)) === true
    const below = withNamedFields(shapeBelow(shape, element), node)
    named[element] = isField || isMemberNode(node) ? { '.': LEAF, ...below } : below
  }
  return named
}

/**
 * A set that was written while its schema took some value apart that it takes as a whole now: whoever owned parts of it owns all of it. The set
 * itself where nothing has changed; the other way round nothing is done.
 */
export function reconcileFields(shape: Shape, set: FieldSet): FieldSet {
  let changed: Record<string, FieldSet> | undefined
  for (const element in set) {
    const node = set[element]!
    if (element === '.' || !isPrefixNode(node)) continue
    const below = shapeBelow(shape, element)
    // What may have any shape has parts or not as its values decide.
    const isWhole = below.scalar === undefined && (below.map?.atomic === true || below.list?.relation === 'atomic')
    const reconciled = isWhole ? LEAF : reconcileFields(below, node)
    if (reconciled !== node) (changed ??= { ...set })[element] = reconciled
  }
  return changed ?? set
}

const UNKNOWN: Shape = {}

function shapeBelow(shape: Shape, element: string): Shape {
  if (element.startsWith('f:')) return shape.map?.fields.get(element.slice(2)) ?? shape.map?.values ?? UNKNOWN
  return element.startsWith('k:') ? (shape.list?.items ?? UNKNOWN) : UNKNOWN
}
