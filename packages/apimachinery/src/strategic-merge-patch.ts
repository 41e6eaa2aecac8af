import { goJsonKind } from './go-syntax.ts'
import { cloneJson, isJsonObject, type JsonObject, setMember } from './json-value.ts'
import { withoutNulls } from './merge-patch.ts'
import { badRequest } from './status-error.ts'
import { badElementOrder, badPrimitiveList, badRetainKeys, unknownDirective } from './strategic-merge-error.ts'
import { mergeLists } from './strategic-merge-list.ts'
import { mergeInOrder, withoutDirectives } from './strategic-merge-order.ts'
import { type FieldMerge, MergeSchema } from './strategic-merge-schema.ts'
import type { SchemaSource, TypeSchema } from './type-schema.ts'

const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
const SET_ORDER = '$setElementOrder'
const RETAIN_KEYS = '$retainKeys'
const UNKNOWN_FIELD: FieldMerge = { schema: undefined, strategy: '', mergeKey: '' }

/**
 * The document with a strategic merge patch applied (API reference, "Update API Objects in Place"): like a JSON merge patch, but lists whose
 * schema says so are merged by a key or as sets, and directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`)
 * steer it. Where the schema knows nothing, it is a JSON merge. The result is a new, mutable value; the inputs stay as they are.
 * @throws StatusError 400, 422 or 500, as upstream, when the patch or a directive in it is malformed.
 */
export function applyStrategicMergePatch<T>(document: T, patch: unknown, schema: TypeSchema | undefined, source: SchemaSource): T {
  const target = cloneJson(document)
  if (patch === null) return target
  if (!isJsonObject(patch)) throw badRequest(`json: cannot unmarshal ${goJsonKind(patch)} into Go value of type map[string]interface {}`)
  return mergeMaps(isJsonObject(target) ? target : {}, patch, schema === undefined ? undefined : new MergeSchema(source, schema)) as T
}

/** Merges a patch's map into `target`, which is changed; the answer is the merged map, which may be another one. */
function mergeMaps(target: JsonObject, patch: JsonObject, schema: MergeSchema | undefined): JsonObject {
  if (Object.hasOwn(patch, '$patch')) return replacement(patch)
  const pending = new Map(Object.entries(patch).filter(([, value]) => value !== undefined))
  retainKeys(target, pending)
  const field = (name: string): FieldMerge => schema?.field(name) ?? UNKNOWN_FIELD
  for (const [key, order] of [...pending]) {
    if (!key.startsWith(SET_ORDER)) continue
    const name = nameAfter(key, SET_ORDER, badElementOrder)
    mergeOrderedList(target, name, order, pending, field(name))
    pending.delete(key)
  }
  for (const [key, value] of pending) {
    const deletes = key.startsWith(DELETE_FROM_LIST)
    const name = deletes ? nameAfter(key, DELETE_FROM_LIST, badPrimitiveList) : key
    mergeMember(target, name, value, deletes, () => field(name))
  }
  return target
}

/** What a map with a `$patch` directive leaves. */
function replacement(patch: JsonObject): JsonObject {
  const { $patch: directive, ...members } = patch
  if (directive === 'replace') return cloneJson(members)
  if (directive === 'delete') return {}
  throw unknownDirective(directive, patch)
}

/** `$retainKeys` lists the members that may stay; all members of the patch must be in it. */
function retainKeys(target: JsonObject, pending: Map<string, unknown>): void {
  if (!pending.has(RETAIN_KEYS)) return
  const keys = pending.get(RETAIN_KEYS)
  pending.delete(RETAIN_KEYS)
  if (!Array.isArray(keys)) throw badRetainKeys()
  const retained = new Set<unknown>(keys)
  for (const [name, value] of pending) {
    if (value === null || name.startsWith(DELETE_FROM_LIST) || name.startsWith(SET_ORDER)) continue
    if (!retained.has(name)) throw badRetainKeys()
  }
  for (const name of Object.keys(target)) if (!retained.has(name)) delete target[name]
}

/** The field that a directive such as `$setElementOrder/containers` is about. */
function nameAfter(key: string, directive: string, malformed: () => Error): string {
  if (!key.startsWith(`${directive}/`)) throw malformed()
  return key.slice(directive.length + 1)
}

function mergeOrderedList(target: JsonObject, name: string, order: unknown, pending: Map<string, unknown>, merge: FieldMerge): void {
  const merged = mergeInOrder({
    order,
    target: Object.hasOwn(target, name) ? target[name] : undefined,
    patch: pending.get(name),
    mergeKey: merge.mergeKey,
    merge: (present, changes) => mergeFieldLists(present, changes, false, merge),
  })
  if (merged === undefined) return
  setMember(target, name, merged)
  pending.delete(name)
}

function mergeMember(target: JsonObject, name: string, value: unknown, deletes: boolean, field: () => FieldMerge): void {
  if (value === null) {
    delete target[name]
    return
  }
  const current = Object.hasOwn(target, name) ? target[name] : undefined
  if (isJsonObject(current) && isJsonObject(value)) {
    const { schema, strategy } = field()
    setMember(target, name, strategy === 'replace' ? cloneJson(value) : mergeMaps(current, value, schema))
  } else if (Array.isArray(current) && Array.isArray(value)) {
    setMember(target, name, mergeFieldLists(current, value, deletes, field()))
  } else if (!deletes) takeOver(target, name, value)
}

/** A value that has nothing to be merged with is taken as it is, without nulls and directives. */
function takeOver(target: JsonObject, name: string, value: unknown): void {
  if (isJsonObject(value) && Object.hasOwn(value, '$patch')) delete target[name]
  else setMember(target, name, withoutDirectives(withoutNulls(value)))
}

function mergeFieldLists(target: unknown[], patch: unknown[], deletes: boolean, { schema, strategy, mergeKey }: FieldMerge): unknown[] {
  if (strategy !== 'merge') return cloneJson(patch)
  return mergeLists(target, patch, { items: schema?.items(), mergeKey, deletes, mergeMaps })
}
