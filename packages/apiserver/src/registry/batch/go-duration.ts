const UNITS = ['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h']
const PART = /^(\d*)(?:\.(\d*))?([^\d.]*)/

/** What Go says about a text that is no duration (`1h30m`, `1.5s`, `-2m`, `0`); undefined when it is one. */
export function goDurationError(text: string): string | undefined {
  const quoted = JSON.stringify(text)
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return undefined
  if (rest === '') return `time: invalid duration ${quoted}`
  while (rest !== '') {
    const [part = '', whole = '', fraction = '', unit = ''] = PART.exec(rest) ?? []
    if (whole === '' && fraction === '') return `time: invalid duration ${quoted}`
    if (unit === '') return `time: missing unit in duration ${quoted}`
    if (!UNITS.includes(unit)) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
    rest = rest.slice(part.length)
  }
  return undefined
}
