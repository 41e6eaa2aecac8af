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
export function exchange(target: Target, request: WireRequest, mode: Mode, { clock, timeoutMs }: ExchangeLimits): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const { signal } = request
    let timer: Timer | undefined
    let settled = false
    const settle = (): boolean => {
      if (settled) return false
      settled = true
      timer?.cancel()
      signal?.removeEventListener('abort', onAbort)
      return true
    }
    const succeed = (outcome: Outcome): void => {
      if (settle()) resolve(outcome)
    }
    const fail = (error: Error): void => {
      if (!settle()) return
      sent.destroy()
      reject(error)
    }
    const lost = (why: string, cause?: unknown): void => fail(new RequestFailed(`Cannot ${describeRequest(request)}: ${why}`, { cause }))
    const onAbort = (): void => fail(signal?.reason as Error)

    const sent = open(target, request)
    sent.on('error', (cause: NodeJS.ErrnoException) => {
      if (request.method === 'GET' && sent.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')) succeed('stale')
      else lost(cause.message || (cause.code ?? 'the connection was lost'), cause)
    })
    sent.on('response', (response) => {
      response.on('error', (cause) => lost('the connection was lost', cause))
      const [code, headers] = [response.statusCode!, response.headers]
      if (code < 300 && mode === 'stream') succeed({ stream: response })
      else if (code < 300 && request.reader !== undefined)
        read(response, request.reader(), (value) => succeed({ answer: { code, headers, body: '', read: value } }), lost)
      else collect(response, (body) => succeed({ answer: { code, headers, body } }), lost)
    })
    signal?.addEventListener('abort', onAbort, { once: true })
    if (timeoutMs > 0) timer = clock.setTimer(() => lost(`no answer within ${timeoutMs} ms`), timeoutMs)
    sent.end(request.body?.text)
  })
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

function read(
  response: IncomingMessage,
  reader: BodyReader,
  done: (value: unknown) => void,
  lost: (why: string, cause: unknown) => void,
): void {
  const guarded = (step: () => void): void => {
    try {
      step()
    } catch (cause) {
      lost('the answer is no JSON', cause)
    }
  }
  response.on('data', (chunk: Buffer) => guarded(() => reader.push(chunk)))
  response.on('end', () => guarded(() => done(reader.end())))
}

function collect(response: IncomingMessage, done: (body: string) => void, lost: (why: string, cause: unknown) => void): void {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => {
    try {
      done((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8'))
    } catch (cause) {
      lost('the answer is too long to be read', cause)
    }
  })
}
