/** A value as Go's `%#v` prints a decoded JSON value: `map[string]interface {}{"a":"1", "b":1}`, members in the order of their names. */
export function printGoLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(printGoLiteral).join(', ')}}`
  if (typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `map[string]interface {}{${members.map(([name, member]) => `${JSON.stringify(name)}:${printGoLiteral(member)}`).join(', ')}}`
  }
  return printFieldValue(value)
}

/** A value as messages of field errors show it: scalars plainly, strings quoted, anything else as a literal of Go. */
export function printFieldValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return printGoNumber(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value === null || value === undefined ? '"null"' : printGoLiteral(value)
  }
}

/** A number as Go's `%v` prints it. Whole numbers are taken for integers. */
export function printGoNumber(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : printGoFloat(value)
}

/** A float as Go's `%v` prints it: the shortest digits that say it, with an exponent of two digits or more below 10^-4 and from 10^6 on. */
export function printGoFloat(value: number): string {
  const [digits, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
