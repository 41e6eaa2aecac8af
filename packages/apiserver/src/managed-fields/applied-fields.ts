import { hasKeys, isRecord } from './field-changes.ts'
import { EMPTY_SET, type FieldSet, LEAF } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'
import { type ListShape, type MapShape, type Shape, shapeKindOf } from './value-shape.ts'

/**
 * The fields that a value says, which is what its applier comes to own: scalars, atomic lists and maps, items of lists, keys of maps; objects and maps
 * themselves only where they are empty or null. The value fits the shape.
 */
export function appliedFields(shape: Shape, value: unknown): FieldSet {
  const node = appliedNode(shape, value, false)
  return node === LEAF ? EMPTY_SET : (node ?? EMPTY_SET)
}

/** The tree at and below an element; undefined where nothing of it is in the set. `member`: the element itself is, whatever its value. */
function appliedNode(shape: Shape, value: unknown, member: boolean): FieldSet | undefined {
  switch (shapeKindOf(shape, value)) {
    case 'map':
      return shape.map!.atomic ? LEAF : mapNode(shape.map!, value, member)
    case 'list':
      return shape.list!.relation === 'atomic' ? LEAF : listNode(shape.list!, value, member)
    case 'scalar':
      return LEAF
    default:
      return member ? LEAF : undefined
  }
}

function mapNode(shape: MapShape, value: unknown, member: boolean): FieldSet | undefined {
  const node: Record<string, FieldSet> = {}
  let any = false
  if (isRecord(value)) {
    for (const name in value) {
      const field = shape.fields.get(name)
      const inner = value[name]
      if (inner === undefined) continue
      const isMember = field === undefined || inner === null || (isRecord(inner) && !hasKeys(inner))
      const below = appliedNode(field ?? shape.values ?? NOTHING, inner, isMember)
      if (below === undefined) continue
      node[fieldElement(name)] = below
      any = true
    }
  }
  return finished(node, any, member)
}

const NOTHING: Shape = {}

function listNode(shape: ListShape, value: unknown, member: boolean): FieldSet | undefined {
  const node: Record<string, FieldSet> = {}
  let any = false
  if (Array.isArray(value)) {
    for (const item of value) {
      const element = itemElement(shape, item)
      const below = appliedNode(shape.items, item, true)
      const before = node[element]
      // Items with the same keys are only met in stored objects: their fields are those of all.
      node[element] = before === undefined || before === LEAF ? below! : { ...before, ...below }
      any = true
    }
  }
  return finished(node, any, member)
}

function finished(node: Record<string, FieldSet>, any: boolean, member: boolean): FieldSet | undefined {
  if (!any) return member ? LEAF : undefined
  if (member) node['.'] = LEAF
  return node
}
