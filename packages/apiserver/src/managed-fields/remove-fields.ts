import { setMember } from '@kubetape/apimachinery'
import { hasKeys, isRecord } from './field-changes.ts'
import { type FieldSet, isMemberNode, isPrefixNode } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'
import { type ListShape, type MapShape, type Shape, shapeKindOf } from './value-shape.ts'

/**
 * A value without the fields of a set. What has lost all of its parts, without being in the set itself, becomes null, as upstream does it. Nothing is
 * changed, and nothing copied that stays as it is.
 */
export function removeFields(shape: Shape, value: unknown, set: FieldSet): unknown {
  switch (shapeKindOf(shape, value)) {
    case 'map':
      return isRecord(value) && hasKeys(value) && !shape.map!.atomic ? removeFromMap(shape.map!, value, set) : null
    case 'list':
      return Array.isArray(value) && value.length > 0 && shape.list!.relation !== 'atomic' ? removeFromList(shape.list!, value, set) : null
    default:
      return value
  }
}

function removeFromMap(shape: MapShape, value: Readonly<Record<string, unknown>>, set: FieldSet): unknown {
  const left: Record<string, unknown> = {}
  let [changed, any] = [false, false]
  for (const name in value) {
    const node = set[fieldElement(name)]
    const member = value[name]
    if (node !== undefined && isMemberNode(node)) {
      changed = true
      continue
    }
    const kept =
      node !== undefined && isPrefixNode(node) ? removeFields(shape.fields.get(name) ?? shape.values ?? {}, member, node) : member
    if (kept !== member) changed = true
    setMember(left, name, kept)
    any = true
  }
  if (!any) return null
  return changed ? left : value
}

function removeFromList(shape: ListShape, value: readonly unknown[], set: FieldSet): unknown {
  const left: unknown[] = []
  let changed = false
  for (const item of value) {
    const node = set[itemElement(shape, item)]
    if (node !== undefined && isMemberNode(node)) {
      changed = true
      continue
    }
    const kept = node !== undefined && isPrefixNode(node) ? removeFields(shape.items, item, node) : item
    if (kept !== item) changed = true
    left.push(kept)
  }
  if (left.length === 0) return null
  return changed ? left : value
}
