/**
 * What a schema says about the shape of a value, as far as merging and owning goes (structured-merge-diff, "atoms"). A value may be allowed several
 * shapes (a number or a text or anything); which one it has, the value itself decides.
 */
export interface Shape {
  readonly scalar?: ScalarKind | undefined
  readonly list?: ListShape | undefined
  readonly map?: MapShape | undefined
}

/** `untyped` is any scalar: numbers or texts, times, and whatever a schema leaves open. */
export type ScalarKind = 'string' | 'numeric' | 'boolean' | 'untyped'

/** Atomic lists change hands as a whole; items of sets are told apart by their value, those of maps by their keys. */
export interface ListShape {
  readonly items: Shape
  readonly relation: 'atomic' | 'set' | 'map'
  /** Sorted by name; empty unless `map`. */
  readonly keys: readonly ShapeKey[]
}

/** A key of a list's items; `fallback` stands for it where an item does not say, undefined where nothing does. */
export interface ShapeKey {
  readonly name: string
  readonly fallback: unknown
}

/** Objects with named fields, maps with any keys, or both. Atomic ones change hands as a whole. */
export interface MapShape {
  readonly fields: ReadonlyMap<string, Shape>
  /** Of keys that are no fields; undefined where there may be none. */
  readonly values: Shape | undefined
  readonly atomic: boolean
}

const NO_FIELDS: ReadonlyMap<string, Shape> = new Map()

/** Anything, changed as a whole. */
export const ATOMIC_SHAPE: Shape = recursive((self) => ({
  scalar: 'untyped',
  list: { items: self, relation: 'atomic', keys: [] },
  map: { fields: NO_FIELDS, values: self, atomic: true },
}))

/** Anything: maps are granular, lists atomic. This is how what a schema does not describe is tracked. */
export const DEDUCED_SHAPE: Shape = recursive((self) => ({
  scalar: 'untyped',
  list: { items: ATOMIC_SHAPE, relation: 'atomic', keys: [] },
  map: { fields: NO_FIELDS, values: self, atomic: false },
}))

/** A shape that may refer to itself. */
export function recursive(make: (self: Shape) => Shape): Shape {
  const self: Shape = {}
  return Object.assign(self, make(self))
}

/** Which of the allowed shapes `value` has; of null, or where the value fits none, the first of map, scalar and list that is allowed. */
export function shapeKindOf({ map, scalar, list }: Shape, value: unknown): 'map' | 'scalar' | 'list' | undefined {
  if (value !== null && value !== undefined) {
    if (typeof value !== 'object') {
      if (scalar !== undefined) return 'scalar'
    } else if (Array.isArray(value)) {
      if (list !== undefined) return 'list'
    } else if (map !== undefined) return 'map'
  }
  if (map !== undefined) return 'map'
  return scalar !== undefined ? 'scalar' : list === undefined ? undefined : 'list'
}
