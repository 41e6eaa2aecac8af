/** An unsigned integer; plain ones are bigints. */
export class CelUint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** A moment, in nanoseconds since 1970. */
export class CelTimestamp {
  readonly ns: bigint
  constructor(ns: bigint) {
    this.ns = ns
  }
}

/** A span of time, in nanoseconds. */
export class CelDuration {
  readonly ns: bigint
  constructor(ns: bigint) {
    this.ns = ns
  }
}

/** A type as a value: `type(x) == int`. */
export class CelTypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A value that may be missing. */
export class CelOptional {
  static readonly none = new CelOptional(undefined)
  /** Undefined: none. */
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** A value of a library's own type. Subclasses say what they are and when two are equal. */
export abstract class CelOpaque {
  abstract readonly typeName: string
  /** Values that only stand for a question are equal to themselves alone. */
  equals(other: CelOpaque): boolean {
    return other === this
  }

  /** What the cost of a call takes for its size. */
  size(): number {
    return 1
  }

  /** What `string(x)` and messages show; undefined where there is nothing. */
  text(): string | undefined {
    return undefined
  }
}
