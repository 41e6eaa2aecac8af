import { goJsonKind } from './go-syntax.ts'
import { cloneJson, deepEqual, isJsonObject, type JsonObject, setMember } from './json-value.ts'
import { badRequest } from './status-error.ts'

/**
 * The document with a JSON merge patch (RFC 7386) applied: null takes a member out, objects are merged, everything else is replaced. The result
 * is a new, mutable value; the inputs stay as they are.
 * @throws StatusError 400 when the patch is no object.
 */
export function applyMergePatch<T>(document: T, patch: unknown): T {
  if (patch === null) throw badRequest('Invalid JSON Patch')
  if (!isJsonObject(patch)) {
    throw badRequest(`error decoding patch: json: cannot unmarshal ${goJsonKind(patch)} into Go value of type map[string]interface {}`)
  }
  const target = cloneJson(document)
  return (isJsonObject(target) ? mergeInto(target, patch) : withoutNulls(patch)) as T
}

/**
 * The JSON merge patch that makes `before` into `after`; undefined when they are the same. Lists are replaced whole. What a merge patch cannot
 * say, a member that is null in `after`, counts as absent.
 */
export function mergePatchBetween(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const from = Object.hasOwn(before, name) ? before[name] : undefined
    const to = Object.hasOwn(after, name) ? after[name] : undefined
    if (deepEqual(withoutNulls(from ?? undefined), withoutNulls(to ?? undefined))) continue
    if (to === undefined || to === null) setMember(patch, name, null)
    else setMember(patch, name, isJsonObject(from) && isJsonObject(to) ? mergePatchBetween(from, to)! : cloneJson(to))
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}

/** Merges `patch` into `target`, which is changed and answered. `patch` is copied, not shared. */
export function mergeInto(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue
    const current = Object.hasOwn(target, name) ? target[name] : undefined
    if (value === null) delete target[name]
    else if (isJsonObject(current) && isJsonObject(value)) mergeInto(current, value)
    // A list replaces an object as it is; what replaces anything else is cleaned of members that are null.
    else setMember(target, name, isJsonObject(current) ? cloneJson(value) : withoutNulls(value))
  }
  return target
}

/** A copy without members that are null, at any depth; elements of lists that are null stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const [name, member] of Object.entries(value))
    if (member !== null && member !== undefined) setMember(copy, name, withoutNulls(member))
  return copy
}
