import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type Http2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { ServingCertificates } from './certificates.ts'

/** Connections that nothing is asked over stay open for this long. */
const KEEP_ALIVE_MS = 180_000
/** The head of a request must have come within this time, and all of it within the next; both are looked at every so often (upstream: 32 s, 60 s). */
const HEADERS_MS = 32_000
const REQUEST_MS = 60_000
const CHECK_MS = 5_000
/** A peer that says nothing is asked after this time whether it is still there; one that is gone is found out. */
const PROBE_MS = 15_000
const HANDSHAKE_MS = 10_000
/** Tokens of many groups are long (upstream's limit is 1 MiB). */
const HEADER_BYTES_MAX = 1 << 20
/**
 * Headers of one request are counted by their bytes alone. NOTE: Node drops those of HTTP/1.1 beyond a number of them without a word, and with them the
 * `Impersonate-User` that a proxy adds after what its client sent; a request of HTTP/2 with more than this is reset.
 */
const HEADERS_MAX = { http1: 0, http2: 32_768 }
/** Requests at once over one HTTP/2 connection (upstream's default). */
const STREAMS_MAX = 250
const WINDOW_BYTES = 256 << 10
/** What the streams of one HTTP/2 connection may hold together, in MB: watches have limits of their own. */
const SESSION_MEMORY_MB = 512

/** How long what a client sends may take. */
export interface ArrivalTimes {
  readonly headersMs: number
  readonly requestMs: number
  readonly checkMs: number
}

const limitsOf = ({ headersMs, requestMs, checkMs }: ArrivalTimes) => ({
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: headersMs,
  requestTimeout: requestMs,
  connectionsCheckingInterval: checkMs,
  maxHeaderSize: HEADER_BYTES_MAX,
})
const ARRIVAL_TIMES: ArrivalTimes = { headersMs: HEADERS_MS, requestMs: REQUEST_MS, checkMs: CHECK_MS }
const PROBES = { keepAlive: true, keepAliveInitialDelay: PROBE_MS }

/** How a request comes in, over either version of HTTP. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** The sockets of one server, and HTTP over them: what all of it may take of time and memory is bounded here. */
export interface HttpListener {
  readonly server: Server | Http2SecureServer
  /** All connections, also those that have not shaken hands. */
  readonly sockets: ReadonlySet<Socket>
  /** Tells clients of HTTP/2 that no more requests are taken over their connections. */
  goAway(): void
}

/**
 * HTTP/2 and HTTP/1.1 on the same port, whichever the client offers while it shakes hands (ALPN); without certificates HTTP/1.1 only. Requests of
 * both look the same to `listener`.
 */
export function createListener(
  certificates: ServingCertificates | undefined,
  listener: Listener,
  times: ArrivalTimes = ARRIVAL_TIMES,
): HttpListener {
  const sessions = new Set<Http2Session>()
  const server = certificates === undefined ? plain(listener, times) : secure(certificates, listener, sessions, times)
  Object.assign(server, { maxHeadersCount: HEADERS_MAX.http1 })
  server.on('secureConnection', neverPause)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return { server, sockets, goAway: () => sessions.forEach((session) => session.close()) }
}

/** Node's module for it loads an HTTP client of its own, which is not needed otherwise. */
function plain(listener: Listener, times: ArrivalTimes): Server {
  return process.getBuiltinModule('node:http').createServer({ ...limitsOf(times), ...PROBES }, listener)
}

function secure(
  certificates: ServingCertificates,
  listener: Listener,
  sessions: Set<Http2Session>,
  times: ArrivalTimes,
): Http2SecureServer {
  const limits = limitsOf(times)
  const options = {
    ...limits,
    ...PROBES,
    allowHTTP1: true,
    http1Options: limits,
    key: certificates.server.key,
    cert: certificates.server.certificate,
    ca: certificates.ca,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: HANDSHAKE_MS,
    maxSessionMemory: SESSION_MEMORY_MB,
    maxHeaderListPairs: HEADERS_MAX.http2,
    settings: { maxConcurrentStreams: STREAMS_MAX, initialWindowSize: WINDOW_BYTES, maxHeaderListSize: HEADER_BYTES_MAX },
  }
  const server = createSecureServer(options, listener as never)
  // Node's defaults would be in force otherwise: it reads these for HTTP/1.1 from the server itself.
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: times.headersMs, requestTimeout: times.requestMs })
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  return server
}

/**
 * NOTE: when the next request comes over a TLS connection before a large answer has drained, Node pauses the parser, then takes the bytes that
 * have been decrypted already for a parse error (HPE_PAUSED) and resets the connection. A buffer that is never full is never paused for; what
 * a slow client may leave waiting is bounded by what it asks for, and for watches by their own limit.
 */
function neverPause(socket: Socket): void {
  const { _writableState: state } = socket as Socket & { _writableState: { highWaterMark: number } }
  state.highWaterMark = Number.MAX_SAFE_INTEGER
}
