import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One thing that can be wrong. */
export interface HealthCheck {
  /** As it stands in paths and answers; letters, digits, `-`, `_` and `.`. */
  readonly name: string
  /** Answers what is wrong, or nothing; a check that throws is wrong too. */
  check(): string | undefined | Promise<string | undefined>
  /** Which probes ask it, besides `/healthz`, which asks all. Default: both. */
  readonly probes?: readonly ('livez' | 'readyz')[]
}

export interface HealthServerOptions {
  /** 0: any free port. Default 8081 (controller-runtime's). */
  readonly port?: number
  /** Default: all addresses, as probes come from outside. */
  readonly host?: string
  readonly checks?: readonly HealthCheck[]
  /** Whether the probes are served; where only metrics are to be shown, they are 404. Default true. */
  readonly probes?: boolean
  /** What `/metrics` answers, in the text format of Prometheus; without it the path is 404. */
  readonly metrics?: () => string | Promise<string>
  /** Told why a check failed, each time. */
  readonly onFailure?: (check: string, why: string) => void
}

export interface HealthServer {
  readonly port: number
  /** Stops listening and cuts what is open. */
  close(): Promise<void>
}

const PROBES = ['healthz', 'livez', 'readyz'] as const
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
/** Every server that answers passes this one. */
const PING: HealthCheck = { name: 'ping', check: () => undefined }

interface Reply {
  readonly code: number
  readonly text: string
  readonly type?: string
}

/**
 * Serves `/healthz`, `/livez`, `/readyz`, each with `/<check>`, `?verbose` and `?exclude=<check>`, and `/metrics`, as components of Kubernetes
 * do: 200 with `ok`, or 500 with the list of checks. The list withholds reasons; the path of one check tells its own.
 *
 * @throws when the port cannot be had
 */
export function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void reply(options, request).then((answer) => send(request, response, answer))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 8081, options.host, () => {
      server.off('error', reject)
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

function send(request: IncomingMessage, response: ServerResponse, { code, text, type }: Reply): void {
  response.writeHead(code, {
    'Content-Type': type ?? 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-cache, no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(code === 405 ? { Allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}

async function reply(options: HealthServerOptions, request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, text: 'Method Not Allowed\n' }
  const [path = '', query] = (request.url ?? '').split('?', 2)
  const parameters = new URLSearchParams(query)
  if (path === '/metrics' && options.metrics !== undefined) return metrics(options.metrics)
  const [, probe = '', name, ...more] = path.replace(/\/$/, '').split('/')
  if (options.probes === false || !isProbe(probe) || more.length > 0) return NOT_FOUND
  const checks = [PING, ...(options.checks ?? [])].filter((check) => probe === 'healthz' || (check.probes ?? PROBES).includes(probe))
  if (name === undefined) return all(probe, checks, parameters, options)
  const check = checks.find((one) => one.name === name)
  return check === undefined ? NOT_FOUND : one(check, options)
}

const NOT_FOUND: Reply = { code: 404, text: '404 page not found\n' }

const isProbe = (text: string): text is (typeof PROBES)[number] => (PROBES as readonly string[]).includes(text)

async function metrics(read: () => string | Promise<string>): Promise<Reply> {
  try {
    return { code: 200, text: await read(), type: METRICS_TYPE }
  } catch {
    return { code: 500, text: 'metrics cannot be read\n' }
  }
}

async function one(check: HealthCheck, options: HealthServerOptions): Promise<Reply> {
  const why = await whatIsWrong(check, options)
  return why === undefined ? { code: 200, text: 'ok' } : { code: 500, text: `internal server error: ${why}\n` }
}

async function all(
  probe: string,
  checks: readonly HealthCheck[],
  parameters: URLSearchParams,
  options: HealthServerOptions,
): Promise<Reply> {
  const excluded = new Set(parameters.getAll('exclude'))
  let lines = ''
  let healthy = true
  for (const check of checks) {
    if (excluded.delete(check.name)) lines += `[+]${check.name} excluded: ok\n`
    else if ((await whatIsWrong(check, options)) !== undefined) {
      lines += `[-]${check.name} failed: reason withheld\n`
      healthy = false
    } else lines += `[+]${check.name} ok\n`
  }
  for (const name of excluded) lines += `warn: some health checks cannot be excluded: no matches for ${JSON.stringify(name)}\n`
  if (!healthy) return { code: 500, text: `${lines}${probe} check failed\n` }
  return { code: 200, text: parameters.has('verbose') ? `${lines}${probe} check passed\n` : 'ok' }
}

async function whatIsWrong(check: HealthCheck, { onFailure }: HealthServerOptions): Promise<string | undefined> {
  let why: string | undefined
  try {
    why = await check.check()
  } catch (error) {
    why = error instanceof Error ? error.message : String(error)
  }
  if (why !== undefined) onFailure?.(check.name, why)
  return why
}
