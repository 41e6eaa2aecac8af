import type { JsonPatchOperation } from './json-patch.ts'
import { deepEqual, isJsonObject, type JsonObject } from './json-value.ts'

/**
 * The JSON patch (RFC 6902) that makes `after` of `before`, for `applyJsonPatch` and the API server; empty when both say the same. Members that are
 * undefined count as absent. A patch is not the shortest one: what begins and ends a list alike is left alone, and what lies between is compared one
 * by one, so the work is linear in the size of both. It is ours because the libraries for it lose integers beyond 2^53 or take quadratic memory for lists.
 */
export function diffJson(before: unknown, after: unknown): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = []
  diff(before, after, '', operations)
  return operations
}

function diff(before: unknown, after: unknown, path: string, operations: JsonPatchOperation[]): void {
  if (isJsonObject(before) && isJsonObject(after)) diffMembers(before, after, path, operations)
  else if (Array.isArray(before) && Array.isArray(after)) diffElements(before, after, path, operations)
  else if (!deepEqual(before, after)) operations.push({ op: 'replace', path, value: after })
}

function diffMembers(before: JsonObject, after: JsonObject, path: string, operations: JsonPatchOperation[]): void {
  for (const [name, old] of Object.entries(before)) {
    if (old === undefined) continue
    const now = Object.hasOwn(after, name) ? after[name] : undefined
    if (now === undefined) operations.push({ op: 'remove', path: `${path}/${token(name)}` })
    else diff(old, now, `${path}/${token(name)}`, operations)
  }
  for (const [name, value] of Object.entries(after)) {
    if (value === undefined || (Object.hasOwn(before, name) && before[name] !== undefined)) continue
    operations.push({ op: 'add', path: `${path}/${token(name)}`, value })
  }
}

function diffElements(before: readonly unknown[], after: readonly unknown[], path: string, operations: JsonPatchOperation[]): void {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && deepEqual(before[start], after[start])) start++
  let tail = 0
  while (tail < shorter - start && deepEqual(before.at(-1 - tail), after.at(-1 - tail))) tail++
  const middle = shorter - tail
  for (let at = start; at < middle; at++) diff(before[at], after[at], `${path}/${at}`, operations)
  // From the last to the first, so that no index moves before it is used.
  for (let at = before.length - tail - 1; at >= middle; at--) operations.push({ op: 'remove', path: `${path}/${at}` })
  for (let at = middle; at < after.length - tail; at++) operations.push({ op: 'add', path: `${path}/${at}`, value: after[at] ?? null })
}

/** A name as one token of a JSON pointer (RFC 6901). */
const token = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
