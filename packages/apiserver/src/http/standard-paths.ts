import { addHealthPaths, type HealthCheck } from './health.ts'
import { OtherPaths, type PathAnswer } from './other-paths.ts'

/** The release whose behaviour this server has. */
export const EMULATED_VERSION = { major: '1', minor: '31', gitVersion: 'v1.31.14+kubetape' } as const

/** Version, health, metrics and the list of paths; discovery and OpenAPI are added by their modules. */
export function standardPaths(options: { checks: readonly HealthCheck[]; metrics: () => Promise<string> }): OtherPaths {
  const paths = new OtherPaths()
  paths.on('/version', () =>
    json(
      {
        ...EMULATED_VERSION,
        gitCommit: '',
        gitTreeState: 'clean',
        buildDate: '',
        goVersion: '',
        compiler: 'node',
        platform: `${process.platform}/${process.arch}`,
      },
      2,
    ),
  )
  addHealthPaths(paths, options.checks)
  paths.on('/metrics', async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', bytes: await options.metrics() }))
  paths.on('/', () => json({ paths: paths.paths() }, 2))
  return paths
}

export function json(value: unknown, indent?: number): PathAnswer {
  return { contentType: 'application/json', bytes: JSON.stringify(value, null, indent) }
}
