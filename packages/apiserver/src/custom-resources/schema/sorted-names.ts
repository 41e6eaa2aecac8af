import { type JsonObject, setMember } from '@kubetape/apimachinery'

/** A value whose objects all have their members in the order of the names, as upstream prints them; the value itself where it has that already. */
export function sortedByName(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at]
      if (typeof item === 'object') value[at] = sortedByName(item)
    }
    return value
  }
  const object = value as JsonObject
  let last = ''
  let sorted = true
  for (const name in object) {
    if (name < last) sorted = false
    last = name
    const member = object[name]
    if (typeof member !== 'object' || member === null) continue
    const made = sortedByName(member)
    if (made !== member) setMember(object, name, made)
  }
  return sorted ? object : inOrder(object)
}

function inOrder(object: JsonObject): JsonObject {
  const made: JsonObject = {}
  for (const name of Object.keys(object).sort()) setMember(made, name, object[name])
  return made
}
