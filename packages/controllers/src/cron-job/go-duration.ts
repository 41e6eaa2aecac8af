const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration as Go writes it, such as `1h30m` or `-1.5s`, in milliseconds; undefined where the text is none. */
export function goDurationMs(text: string): number | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text)
  if (!match) return undefined
  let ms = 0
  for (const [, amount, unit] of match[2]!.matchAll(/([\d.]+)([a-zµμ]+)/g)) ms += Number(amount) * UNIT_MS[unit!]!
  return match[1] === '-' ? -ms : ms
}
