/**
 * Whether two parts of a Pod's spec say the same. Null, absent, and empty lists and maps are one: a stored Pod shows some of them as null, a
 * decoded one has none of them.
 */
export function sameSpec(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => sameSpec(item, b[at]))
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const field in left) if (!sameSpec(left[field], right[field])) return false
  for (const field in right) if (!(field in left) && !isNothing(right[field])) return false
  return true
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** The fields in which two objects differ, one line for what was and one for what is: what a refused update is told. */
export function describeChange(old: object, now: object): string {
  const [left, right] = [old as Record<string, unknown>, now as Record<string, unknown>]
  const lines: string[] = []
  for (const field of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
    if (sameSpec(left[field], right[field])) continue
    if (left[field] !== undefined) lines.push(`- ${field}: ${JSON.stringify(left[field])}`)
    if (right[field] !== undefined) lines.push(`+ ${field}: ${JSON.stringify(right[field])}`)
  }
  return lines.join('\n')
}

/** The same as the text of a message, behind a line break: laid out like the structure of a Go type that upstream prints. */
export const printGoChange = (type: string, old: object, now: object): string =>
  `\n  ${type}{\n${describeChange(old, now)
    .split('\n')
    .map((line) => `${line},`)
    .join('\n')}\n  }\n`
