import { OtherPaths, type PathAnswer } from './other-paths.ts'

/** The release whose behaviour this server has. */
export const EMULATED_VERSION = { major: '1', minor: '31', gitVersion: 'v1.31.14+kubetape' } as const

export interface HealthCheck {
  readonly name: string
  /** Undefined: well. Otherwise why not. */
  check(): string | undefined
}

/** Version, health and metrics; discovery and OpenAPI are added by their modules. */
export function standardPaths(options: { checks: readonly HealthCheck[]; metrics: () => Promise<string> }): OtherPaths {
  const paths = new OtherPaths()
  paths.on('/version', () => json({ ...EMULATED_VERSION, gitCommit: '', gitTreeState: 'clean', buildDate: '', goVersion: '', compiler: 'node', platform: `${process.platform}/${process.arch}` }, 2))
  for (const endpoint of ['healthz', 'livez', 'readyz']) {
    const checks = options.checks.filter((one) => endpoint === 'readyz' || one.name !== 'informer-sync')
    paths.on(`/${endpoint}`, ({ query }) => health(endpoint, checks, query.has('verbose')))
    paths.on(`/${endpoint}/`, (_, rest) => {
      const one = checks.find((check) => check.name === rest)
      return one === undefined ? undefined : health(rest, [one], false)
    })
  }
  paths.on('/metrics', async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', bytes: await options.metrics() }))
  return paths
}

export function json(value: unknown, indent?: number): PathAnswer {
  return { contentType: 'application/json', bytes: JSON.stringify(value, null, indent) }
}

function health(endpoint: string, checks: readonly HealthCheck[], verbose: boolean): PathAnswer {
  const results = checks.map((one) => ({ name: one.name, problem: one.check() }))
  const failed = results.filter((one) => one.problem !== undefined)
  if (failed.length === 0 && !verbose) return { contentType: 'text/plain; charset=utf-8', bytes: 'ok' }
  const lines = results.map((one) => (one.problem === undefined ? `[+]${one.name} ok` : `[-]${one.name} failed: ${one.problem}`))
  lines.push(failed.length === 0 ? `${endpoint} check passed` : `${endpoint} check failed`)
  return { contentType: 'text/plain; charset=utf-8', bytes: `${lines.join('\n')}\n`, code: failed.length === 0 ? 200 : 500 }
}
