import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StatusError } from '@kubetape/apimachinery'
import { type Clock, sleep } from '@kubetape/determinism'
import { TooManyRequests } from '../flow-control/flow-control.ts'
import type { AuditRecord } from '../audit/auditor.ts'
import { auditOf } from '../audit/audit-of.ts'
import { RefusedWithWarnings, type Registry } from '../registry/registry.ts'
import type { UserInfo } from '../registry/strategy.ts'
import { requestInfo, type RequestInfo } from '../request/request-info.ts'
import { asStatusError } from '../request/unexpected-error.ts'
import type { ServingCertificates } from './certificates.ts'
import type { OtherPaths } from './other-paths.ts'
import type { RequestGate } from './request-gate.ts'
import type { RequestMetrics } from '../metrics/request-metrics.ts'
import { Ending } from './ending.ts'
import { PieceTurns } from './piece-turns.ts'
import { createListener, type HttpListener } from './listener.ts'
import { sendInternalErrorPage, sendStatus, sendTooManyRequests } from './refusals.ts'
import { CannotJudge } from '../auth/authorizer.ts'
import { serveResource } from './serve-resource.ts'

/** How the server listens and what it serves. */
export interface ApiServerOptions {
  readonly registry: Registry
  /** What every request passes first. */
  readonly gate: RequestGate
  readonly others: OtherPaths
  readonly clock: Clock
  /** Default: requests are not counted. */
  readonly metrics?: RequestMetrics | undefined
  /** Undefined: plain HTTP, which is refused on anything but loopback. */
  readonly certificates: ServingCertificates | undefined
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
}

/** One exchange as handlers see it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly info: RequestInfo
  readonly query: URLSearchParams
  readonly user: UserInfo
  readonly audit: AuditRecord | undefined
  /** Gives the request's place to the next one before the answer is complete. */
  readonly release: () => void
  /** Counts the answer as a watch from here on: one that lasts, and is ended when the server stops. */
  readonly lasts: () => void
  /** Calls the listener when the answer is complete or its client is gone, at once where it is already. */
  readonly onEnd: (listener: () => void) => void
  readonly turns: Turns
}

/** Turns at sending pieces, of large answers, of compressed ones and of what watches begin with. */
export interface Turns {
  readonly answers: PieceTurns
  readonly compressed: PieceTurns
  readonly watches: PieceTurns
}

/**
 * So much is on its way to all clients together. Larger pieces of plain answers save no time and are what each slow client holds; smaller ones take half as
 * much time again to be compressed. Those of watches are as large as most objects.
 */
const ANSWERS = { pieceBytes: 128 * 1024, piecesMax: 32 }
const COMPRESSED = { pieceBytes: 512 * 1024, piecesMax: 8 }
const WATCHES = { pieceBytes: 64 * 1024, piecesMax: 64 }

/** The API over HTTP(S). */
export class ApiServer {
  readonly #options: ApiServerOptions
  readonly #listener: HttpListener
  readonly #turns: Turns
  /** Requests that have no whole answer yet: stopping waits for them, but not for long. */
  readonly #answering = new Set<ServerResponse>()
  /** Answers that last until somebody ends them: stopping does. */
  readonly #watches = new Set<ServerResponse>()
  #onAnswered: () => void = () => {}

  private constructor(options: ApiServerOptions) {
    this.#options = options
    const { clock } = options
    this.#turns = {
      answers: new PieceTurns({ clock, ...ANSWERS }),
      compressed: new PieceTurns({ clock, ...COMPRESSED }),
      watches: new PieceTurns({ clock, ...WATCHES }),
    }
    this.#listener = createListener(options.certificates, (request, response) => this.#accept(request, response))
  }

  /** Resolves when the server listens; rejects with a message that says what to do when it cannot. */
  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    if (options.certificates === undefined && !LOOPBACK.test(options.host)) {
      throw new Error(`Cannot serve plain HTTP on "${options.host}": without TLS only a loopback address is allowed`)
    }
    const server = new ApiServer(options)
    await new Promise<void>((resolve, reject) => {
      const { server: sockets } = server.#listener
      sockets.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, options)))
      sockets.listen(options.port, options.host, resolve)
    })
    return server
  }

  get url(): string {
    const { address, port, family } = this.#listener.server.address() as AddressInfo
    return `${this.#options.certificates === undefined ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Stops listening, ends watches, gives what is under way 2 s to be answered, and then cuts every connection, also silent ones. */
  async close(): Promise<void> {
    const { server, sockets } = this.#listener
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const response of this.#watches) response.destroy()
    this.#listener.goAway()
    await this.#answered()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  /** Resolves when nothing is being answered any more, or too long still is. */
  async #answered(): Promise<void> {
    if (this.#answering.size === 0) return
    const enough = new AbortController()
    this.#onAnswered = () => this.#answering.size === 0 && enough.abort()
    await sleep(this.#options.clock, CLOSE_WAIT_MS, { signal: enough.signal }).catch(() => undefined)
  }

  #accept(request: IncomingMessage, response: ServerResponse): void {
    this.#answering.add(response)
    const ending = new Ending(response)
    ending.on(() => {
      this.#answering.delete(response)
      this.#watches.delete(response)
      this.#onAnswered()
    })
    this.#serve(request, response, ending).catch((error: unknown) => this.#refuse(response, error))
  }

  async #serve(request: IncomingMessage, response: ServerResponse, ending: Ending): Promise<void> {
    try {
      const auditId = givenAuditId(request) ?? this.#options.registry.environment.uids.next()
      response.setHeader('audit-id', auditId)
      const url = request.url ?? '/'
      const at = url.indexOf('?')
      const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
      const info = requestInfo(request.method ?? 'GET', at < 0 ? url : url.slice(0, at), query)
      this.#count(response, info, query, ending)
      const entry = await this.#options.gate.enter({ request, response, info, query, auditId, ending })
      // Its client did not wait for its turn: nothing has been begun for it, and a watch would never hear that it is gone.
      if (ending.isOver) return
      const onEnd = (listener: () => void): void => ending.on(listener)
      const exchange: Exchange = { request, response, info, query, ...entry, lasts: () => this.#lasts(response), onEnd, turns: this.#turns }
      if (!info.isResource) await this.#options.others.serve(exchange)
      else await serveResource(exchange, info, this.#options.registry, this.#options.clock)
    } catch (error) {
      this.#refuse(response, error)
    }
  }

  #count(response: ServerResponse, info: RequestInfo, query: URLSearchParams, ending: Ending): void {
    const { metrics, clock, registry } = this.#options
    if (metrics === undefined) return
    const since = clock.monotonicMs()
    // What is not there has no name of its own in the metrics: names would be the clients'.
    const known = info.isResource && !registry.serves(info) ? { isResource: false as const, verb: info.verb, path: '' } : info
    const over = metrics.began(known, query.has('dryRun'))
    ending.on(() => over(response.statusCode, (clock.monotonicMs() - since) / 1000))
  }

  #lasts(response: ServerResponse): void {
    this.#answering.delete(response)
    this.#watches.add(response)
    this.#onAnswered()
  }

  /** Never throws: whoever cannot even be refused is cut off. */
  #refuse(response: ServerResponse, error: unknown): void {
    try {
      if (error instanceof CannotJudge) {
        sendInternalErrorPage(response, error.message)
        return
      }
      const { status } = error instanceof StatusError ? error : this.#unexpected(error)
      auditOf(response)?.answeredStatus(status)
      if (response.headersSent) response.destroy()
      else if (error instanceof TooManyRequests) sendTooManyRequests(response, error)
      else sendStatus(response, status, error instanceof RefusedWithWarnings ? error.warnings : [])
    } catch {
      response.destroy()
    }
  }

  /** A bug of ours: logged with its stack, answered without it. */
  #unexpected(error: unknown): StatusError {
    this.#options.log('error', 'request failed unexpectedly', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    return asStatusError(error)
  }
}

/** What is being answered when the server stops may take this long more. */
const CLOSE_WAIT_MS = 2000

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** The id that a client gives its request, so that it finds it again; undefined when it gives none that is usable. */
function givenAuditId({ headers }: IncomingMessage): string | undefined {
  const given = headers['audit-id']
  return typeof given === 'string' && given.length > 0 && given.length <= AUDIT_ID_MAX ? given : undefined
}

const AUDIT_ID_MAX = 64

function listenError(error: NodeJS.ErrnoException, { host, port }: ApiServerOptions): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(`Cannot listen on ${host}:${port}: the port is in use; choose another with --port, or 0 for any free one`, {
      cause: error,
    })
  if (error.code === 'EACCES')
    return new Error(`Cannot listen on ${host}:${port}: not permitted; choose a port above 1023`, { cause: error })
  return new Error(`Cannot listen on ${host}:${port}: ${error.message}`, { cause: error })
}
