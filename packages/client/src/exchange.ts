import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Clock, Timer } from '@kubetape/determinism'
import { RequestFailed } from './client.ts'
import { type BodyReader, describeRequest, type Answer, type WireRequest } from './wire-request.ts'

/** Where and how a request is sent. */
export interface Target {
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  /** Path of the server's URL, without a slash at its end. */
  readonly prefix: string
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string | string[]>>
}

/** How an answer is taken: whole, or as a stream when it succeeds (refusals are always read whole). */
export type Mode = 'whole' | 'stream'

/** What came of an exchange. `stale`: a read met a kept-alive connection that the server had closed meanwhile, and can simply be asked again. */
export type Outcome = { readonly answer: Answer } | { readonly stream: IncomingMessage } | 'stale'

export interface ExchangeLimits {
  readonly clock: Clock
  /** Until the whole answer is there, or a stream's head. 0: no limit. */
  readonly timeoutMs: number
}

/** Sends one request once. Rejects with RequestFailed when no answer came, and with the signal's reason when it aborts. */
export function exchange(target: Target, request: WireRequest, mode: Mode, limits: ExchangeLimits): Promise<Outcome> {
  return new Promise((resolve, reject) => new Exchange({ request, resolve, reject }, mode).begin(target, limits))
}

/** What an exchange holds until it is over. */
interface Pending {
  readonly request: WireRequest
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Error) => void
  timer?: Timer
  /** What reads the answer, once that has begun. */
  body?: { readonly head: Pick<Answer, 'code' | 'headers'>; readonly reader: BodyReader }
}

/**
 * One exchange. Once it is over it holds nothing but its connection: a socket that is kept alive remembers the request that it was opened for, with all
 * that listens to it, and through them would keep the objects of the first list, or the informer that watched.
 */
class Exchange {
  readonly #mode: Mode
  #pending: Pending | undefined
  #sent: ClientRequest | undefined

  constructor(pending: Pending, mode: Mode) {
    this.#pending = pending
    this.#mode = mode
  }

  begin(target: Target, { clock, timeoutMs }: ExchangeLimits): void {
    const pending = this.#pending!
    const sent = (this.#sent = open(target, pending.request))
    sent.on('error', (cause: NodeJS.ErrnoException) => this.#broke(cause))
    sent.on('response', (response) => this.#answered(response))
    pending.request.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs > 0) pending.timer = clock.setTimer(() => this.#lost(`no answer within ${timeoutMs} ms`), timeoutMs)
    sent.end(pending.request.body?.text)
  }

  readonly #onAbort = (): void => this.#fail(this.#pending?.request.signal?.reason as Error)

  #broke(cause: NodeJS.ErrnoException): void {
    const isRead = this.#pending?.request.method === 'GET'
    if (isRead && this.#sent!.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')) this.#settle()?.resolve('stale')
    else this.#lost(cause.message || (cause.code ?? 'the connection was lost'), cause)
  }

  #answered(response: IncomingMessage): void {
    response.on('error', (cause) => this.#lost('the connection was lost', cause))
    const pending = this.#pending
    if (pending === undefined) return
    const { statusCode: code = 0, headers } = response
    if (code < 300 && this.#mode === 'stream') {
      this.#settle()?.resolve({ stream: response })
      return
    }
    pending.body = { head: { code, headers }, reader: (code < 300 ? pending.request.reader?.() : undefined) ?? new TextReader() }
    response.on('data', (chunk: Buffer) => this.#push(chunk))
    response.on('end', () => this.#end())
  }

  #push(chunk: Buffer): void {
    try {
      this.#pending?.body?.reader.push(chunk)
    } catch (cause) {
      this.#unreadable(cause)
    }
  }

  #end(): void {
    const body = this.#pending?.body
    if (body === undefined) return
    try {
      const read = body.reader.end()
      this.#settle()?.resolve({
        answer: body.reader instanceof TextReader ? { ...body.head, body: read as string } : { ...body.head, body: '', read },
      })
    } catch (cause) {
      this.#unreadable(cause)
    }
  }

  #unreadable(cause: unknown): void {
    this.#lost(this.#pending?.body?.reader instanceof TextReader ? 'the answer is too long to be read' : 'the answer is no JSON', cause)
  }

  #lost(why: string, cause?: unknown): void {
    const request = this.#pending?.request
    if (request !== undefined) this.#fail(new RequestFailed(`Cannot ${describeRequest(request)}: ${why}`, { cause }))
  }

  #fail(error: Error): void {
    const pending = this.#settle()
    if (pending === undefined) return
    this.#sent!.destroy()
    pending.reject(error)
  }

  /** Ends the exchange; undefined when it is over already. */
  #settle(): Pending | undefined {
    const pending = this.#pending
    this.#pending = undefined
    pending?.timer?.cancel()
    pending?.request.signal?.removeEventListener('abort', this.#onAbort)
    return pending
  }
}

function open(target: Target, request: WireRequest): ClientRequest {
  const { hostname, port, agent } = target
  const headers: OutgoingHttpHeaders = { accept: 'application/json', ...target.headers }
  if (request.body !== undefined) {
    headers['content-type'] = request.body.contentType
    headers['content-length'] = Buffer.byteLength(request.body.text)
  }
  if (request.cause !== undefined) headers['kubetape-cause'] = `run:${request.cause.run}/${request.cause.sequence}`
  const send = target.secure ? httpsRequest : process.getBuiltinModule('node:http').request
  return send({ hostname, port, agent, headers, method: request.method, path: target.prefix + request.path })
}

/** A body as text. */
class TextReader implements BodyReader {
  readonly #chunks: Buffer[] = []

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  /** Throws when it is longer than a string can be. */
  end(): string {
    return (this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)).toString('utf8')
  }
}
