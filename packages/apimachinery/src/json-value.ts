/** A JSON object whose members are not known. */
export type JsonObject = Record<string, unknown>

/** Whether this is a JSON object: neither null, nor a list, nor a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets a member under any name; a plain assignment to `__proto__` would change the prototype instead. */
export function setMember(object: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  else object[name] = value
}

/**
 * Freezes a JSON value and everything in it, and answers the value. A value that is frozen already is taken to be frozen all through and is not
 * walked, so freezing an object that shares parts with a frozen one costs only its own parts. Freeze with nothing but this function.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) for (const item of value) deepFreeze(item)
  else for (const name in value) deepFreeze(value[name])
  return Object.freeze(value)
}

/** A deep, mutable copy of a JSON value, which may be frozen. Members that are undefined are left out. */
export function cloneJson<T>(value: T): T {
  return clone(value) as T
}

function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = new Array(value.length)
    for (let at = 0; at < value.length; at++) list[at] = clone(value[at])
    return list
  }
  const from = value as JsonObject
  const object: JsonObject = {}
  for (const name in from) {
    const member = from[name]
    if (member !== undefined) setMember(object, name, clone(member))
  }
  return object
}

/**
 * Whether two JSON values say the same. Members that are undefined count as absent, the order of members does not matter, a bigint equals the
 * number of the same value. Null and absent differ.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return sameScalar(a, b)
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    for (let at = 0; at < a.length; at++) if (!deepEqual(a[at], b[at])) return false
    return true
  }
  return equalMembers(a as JsonObject, b as JsonObject)
}

function equalMembers(a: JsonObject, b: JsonObject): boolean {
  let members = 0
  for (const name in a) {
    if (a[name] === undefined) continue
    if (!Object.hasOwn(b, name) || !deepEqual(a[name], b[name])) return false
    members++
  }
  for (const name in b) if (b[name] !== undefined) members--
  return members === 0
}

/** Whether two scalars are the same value; integers beyond 2^53 are bigints and may meet numbers. */
export function sameScalar(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && a === BigInt(b)
  if (typeof a === 'number' && typeof b === 'bigint') return sameScalar(b, a)
  return typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b)
}
