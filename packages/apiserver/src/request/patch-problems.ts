import type { PatchType } from '@kubetape/client'
import { countKeys, isObject } from '../schema/decoder.ts'
import type { JsonText } from '../schema/json-text.ts'
import { RepeatedFields } from '../schema/repeated-fields.ts'

const JSON_PATCH_MEMBERS = new Set(['op', 'path', 'from', 'value'])

/** What fieldValidation says of a patch itself: members that come twice, and members that a JSON patch operation does not have. */
export function patchProblems(text: JsonText, type: PatchType): string[] {
  const repeated = text.keyCount === countKeys(text.value) ? [] : repeatedIn(text.exact(), '')
  if (type !== 'json') return repeated.map((path) => `duplicate field ${JSON.stringify(path)}`)
  return [
    ...repeated.map((path) => `json patch duplicate field ${JSON.stringify(path)}`),
    ...unknownMembers(text.value).map((path) => `json patch unknown field ${JSON.stringify(path)}`),
  ]
}

function unknownMembers(operations: unknown): string[] {
  if (!Array.isArray(operations)) return []
  return operations.flatMap((one: unknown, at) =>
    (isObject(one) ? Object.keys(one).filter((name) => !JSON_PATCH_MEMBERS.has(name)) : []).map((name) => `[${at}].${name}`),
  )
}

/** Paths of members that their object has more than once, each once, in the order of the text. */
function repeatedIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown, at) => repeatedIn(one, `${path}[${at}]`))
  if (!isObject(value)) return []
  const seen = new Set<string>()
  const found = new Set<string>()
  const below: string[] = []
  for (const [name, member] of value instanceof RepeatedFields ? value.entries : Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (seen.has(name)) found.add(at)
    seen.add(name)
    below.push(...repeatedIn(member, at))
  }
  return [...found, ...below]
}
