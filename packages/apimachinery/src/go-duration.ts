const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
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
    if (!Object.hasOwn(UNIT_MS, unit)) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
    rest = rest.slice(part.length)
  }
  return undefined
}

/** A duration of Go in milliseconds; undefined for a text that is none. */
export function goDurationMs(text: string): number | undefined {
  if (goDurationError(text) !== undefined) return undefined
  let total = 0
  for (let rest = text.replace(/^[+-]/, ''); rest !== '' && rest !== '0';) {
    const [part = '', whole = '', fraction = '', unit = ''] = PART.exec(rest) ?? []
    total += Number(`${whole || '0'}.${fraction || '0'}`) * UNIT_MS[unit]!
    rest = rest.slice(part.length)
  }
  return text.startsWith('-') ? -total : total
}
