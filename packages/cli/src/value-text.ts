import { isJsonObject } from '@kubetape/apimachinery'

/** A JSON value on one line, as little quoted as can be read: `{type: Complete, status: True}`. */
export function valueText(value: unknown, lengthMax = Infinity): string {
  const text = flow(value)
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`
}

function flow(value: unknown): string {
  if (typeof value === 'string') return value === '' || /^\s|\s$|[\n\t"]/.test(value) ? JSON.stringify(value) : value
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${flow(member)}`)
    .join(', ')}}`
}
