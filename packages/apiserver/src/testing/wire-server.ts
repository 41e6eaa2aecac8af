import { componentFeatureGates } from '@kubetape/api'
import type { Metrics } from '@kubetape/component-base'
import { seededRandom, systemClock } from '@kubetape/determinism'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from '@kubetape/storage'
import { Apiserver } from '../apiserver.ts'
import { type ServingCertificates } from '../http/certificates.ts'

/** Who may come in, by their tokens. */
const TOKENS = new Map([
  ['admin', { name: 'admin', groups: ['system:masters', 'system:authenticated'] }],
  ['jane', { name: 'jane', groups: ['dev', 'system:authenticated'] }],
])

/** An API server over real sockets on loopback, for what only the wire can show. */
export interface WireServer {
  readonly server: Apiserver
  readonly storage: Storage
  readonly url: string
  /** A request of the administrator's, or of `token`'s owner. */
  fetch(path: string, options?: WireRequest): Promise<Response>
  close(): Promise<void>
}

export interface WireRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is a text or bytes. */
  readonly body?: unknown
  readonly token?: string
}

/** Starts one over a log in memory, in real time; plain HTTP unless certificates are given, without metrics of its own unless `recorder` is. */
export async function startWireServer(certificates?: ServingCertificates, recorder?: Metrics): Promise<WireServer> {
  const clock = systemClock()
  const random = seededRandom(1)
  const storage = Storage.open({ log: createMemoryLog({ clock, random }), clock })
  const values = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
  const server = await Apiserver.create({
    storage,
    clock,
    random,
    gates: { enabled: (name) => values.get(name) ?? false },
    actorCause: () => 'actor',
    runtimeConfig: {},
    metrics: () => Promise.resolve('# none\n'),
    log: () => {},
    ...(recorder === undefined ? {} : { recorder }),
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0, certificates, tokens: TOKENS })
  return {
    server,
    storage,
    url,
    fetch: (path, { method = 'GET', headers = {}, body, token = 'admin' } = {}) =>
      fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
      }),
    close: () => server.close(),
  }
}
