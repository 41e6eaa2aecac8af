/**
 * A set of field paths in the form of FieldsV1 (API reference, ManagedFieldsEntry; structured-merge-diff): a tree of path elements (`f:name` a field,
 * `k:{…}` an item of a list by its keys, `v:…` an item of a set). An element whose tree is empty is in the set; one with a `.` beside its
 * children is too; one without is only on the way to them. The root itself is in no set. Sets are never changed: operations answer new ones that share parts.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

/** An element that is in the set and has no children. */
export const LEAF: FieldSet = Object.freeze({})

/** The set of no fields. */
export const EMPTY_SET: FieldSet = Object.freeze({})

/** Whether the set has no fields at all; asked of roots only, as an empty tree below one is a field. */
export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false
  return true
}

/** Whether the element of this tree is in the set itself. */
export const isMemberNode = (node: FieldSet): boolean => '.' in node || isEmptySet(node)

/** Whether fields below the element of this tree are in the set. */
export function isPrefixNode(node: FieldSet): boolean {
  for (const element in node) if (element !== '.') return true
  return false
}

/** All fields of both. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a
  if (isEmptySet(a)) return b
  return mergeChildren(a, b, {})
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a
  const aIsLeaf = isEmptySet(a)
  const bIsLeaf = isEmptySet(b)
  if (aIsLeaf && bIsLeaf) return LEAF
  return mergeChildren(a, b, isMemberNode(a) || isMemberNode(b) ? { '.': LEAF } : {})
}

function mergeChildren(a: FieldSet, b: FieldSet, into: Record<string, FieldSet>): FieldSet {
  for (const element in a) if (element !== '.') into[element] = element in b ? unionNode(a[element]!, b[element]!) : a[element]!
  for (const element in b) if (element !== '.' && !(element in a)) into[element] = b[element]!
  return into
}

/** The fields of `a` that are not in `b`; `a` itself when that is all of them. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtractChildren(a, b, false) ?? EMPTY_SET
}

/** Undefined: nothing is left. */
function differenceNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const leaves = isMemberNode(a) && isMemberNode(b)
  if (isEmptySet(a)) return leaves ? undefined : a
  return subtractChildren(a, b, leaves)
}

/** Takes the children of `b`, and the element itself where it `leaves`, from `a`. Undefined: nothing is left. */
function subtractChildren(a: FieldSet, b: FieldSet, leaves: boolean): FieldSet | undefined {
  let rests: Map<string, FieldSet | undefined> | undefined
  for (const element in b) {
    const mine = element === '.' ? undefined : a[element]
    if (mine === undefined) continue
    const rest = differenceNode(mine, b[element]!)
    if (rest !== mine) (rests ??= new Map<string, FieldSet | undefined>()).set(element, rest)
  }
  if (rests === undefined && !leaves) return a
  const left: Record<string, FieldSet> = {}
  let children = 0
  for (const element in a) {
    if (element === '.' && leaves) continue
    const rest = rests?.has(element) === true ? rests.get(element) : a[element]
    if (rest === undefined) continue
    left[element] = rest
    if (element !== '.') children++
  }
  if (children > 0) return left
  return '.' in left ? LEAF : undefined
}

/** The fields that are in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return intersectChildren(a, b, {}) ?? EMPTY_SET
}

function intersectNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (a === b) return a
  const both = isMemberNode(a) && isMemberNode(b)
  return intersectChildren(a, b, both ? { '.': LEAF } : {}) ?? (both ? LEAF : undefined)
}

/** Undefined: they have no child in common. */
function intersectChildren(a: FieldSet, b: FieldSet, into: Record<string, FieldSet>): FieldSet | undefined {
  let found = false
  for (const element in a) {
    if (element === '.' || !(element in b)) continue
    const common = intersectNode(a[element]!, b[element]!)
    if (common === undefined) continue
    into[element] = common
    found = true
  }
  return found ? into : undefined
}

/** The set without anything at or below the fields of `roots`; `set` itself when nothing is. */
export function without(set: FieldSet, roots: FieldSet): FieldSet {
  let kept: Record<string, FieldSet> | undefined
  for (const element in roots) {
    const mine = set[element]
    if (mine === undefined) continue
    const rest = isEmptySet(roots[element]!) ? EMPTY_SET : without(mine, roots[element]!)
    if (rest === mine) continue
    kept ??= { ...set }
    if (isEmptySet(rest)) delete kept[element]
    else kept[element] = rest
  }
  return kept ?? set
}

/** Whether both sets have the same fields. */
export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  let count = 0
  for (const element in a) {
    if (!(element in b) || !equalSets(a[element]!, b[element]!)) return false
    count++
  }
  for (const _ in b) count--
  return count === 0
}
