import type { OtherPaths, PathAnswer } from './other-paths.ts'

export interface HealthCheck {
  readonly name: string
  /** Undefined: well. Otherwise, or by throwing, why not. */
  check(): string | undefined
}

const TEXT = 'text/plain; charset=utf-8'
/** Only readiness waits for these. */
const READY_ONLY = new Set(['informer-sync'])

/** /healthz, /livez and /readyz, which take `verbose` and `exclude`, and each check of theirs below them (Kubernetes documentation, "API health endpoints"). */
export function addHealthPaths(paths: OtherPaths, checks: readonly HealthCheck[]): void {
  for (const endpoint of ['healthz', 'livez', 'readyz']) {
    const own = checks.filter(({ name }) => endpoint === 'readyz' || !READY_ONLY.has(name))
    paths.onAny(`/${endpoint}`, ({ query }) => health(endpoint, own, query))
    paths.onAny(`/${endpoint}/`, (_, rest) => {
      const one = own.find((check) => check.name === rest)
      if (one === undefined) return undefined
      const problem = problemOf(one)
      return problem === undefined
        ? { contentType: TEXT, bytes: 'ok' }
        : { contentType: TEXT, bytes: `internal server error: ${problem}\n`, code: 500 }
    })
  }
}

function problemOf(one: HealthCheck): string | undefined {
  try {
    return one.check()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function health(endpoint: string, checks: readonly HealthCheck[], query: URLSearchParams): PathAnswer {
  const excluded = new Set(query.getAll('exclude').filter((name) => name !== ''))
  const unknown = [...excluded].filter((name) => !checks.some((one) => one.name === name))
  let failed = false
  const lines = checks.map((one) => {
    const { name } = one
    if (excluded.has(name)) return `[+]${name} excluded: ok`
    const problem = problemOf(one)
    if (problem === undefined) return `[+]${name} ok`
    failed = true
    return `[-]${name} failed: ${problem}`
  })
  const headers = { 'x-content-type-options': 'nosniff' }
  if (!failed && !query.has('verbose')) return { contentType: TEXT, bytes: 'ok', headers }
  if (unknown.length > 0)
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(', ')}`)
  lines.push(failed ? `${endpoint} check failed` : `${endpoint} check passed`)
  return { contentType: TEXT, bytes: `${lines.join('\n')}\n`, code: failed ? 500 : 200, headers }
}
