const UNITS_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const PART = /^(\d+\.?\d*|\.\d+)([a-zµμ]*)/

/** A duration as Go writes it (`1h30m`, `1.5s`), in milliseconds; or what Go says of a text that is none. */
export function goDurationMs(text: string): number | string {
  const quoted = JSON.stringify(text)
  const negative = text.startsWith('-')
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0
  if (rest === '') return `time: invalid duration ${quoted}`
  let ms = 0
  while (rest !== '') {
    const [part, number, unit = ''] = PART.exec(rest) ?? []
    if (part === undefined) return `time: invalid duration ${quoted}`
    if (unit === '') return `time: missing unit in duration ${quoted}`
    const factor = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined
    if (factor === undefined) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
    ms += Number(number) * factor
    rest = rest.slice(part.length)
  }
  return negative ? -ms : ms
}
