import type { ServerResponse } from 'node:http'
import { failure } from '@kubetape/apimachinery'
import { type Exchange, sendNotFoundPage } from './api-server.ts'

/** What one path answers: bytes and their type, or undefined when it does not serve this request. */
export type PathHandler = (exchange: Exchange, rest: string) => PathAnswer | undefined | Promise<PathAnswer | undefined>

export interface PathAnswer {
  readonly contentType: string
  readonly bytes: Uint8Array | string
  readonly code?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Paths that are no resources: discovery, OpenAPI, version, health, metrics. A handler registered for `/x/` serves everything below it. */
export class OtherPaths {
  readonly #exact = new Map<string, PathHandler>()
  readonly #prefixes: [string, PathHandler][] = []

  on(path: string, handler: PathHandler): this {
    if (path.endsWith('/') && path !== '/') this.#prefixes.push([path, handler])
    else this.#exact.set(path, handler)
    return this
  }

  async serve(exchange: Exchange): Promise<void> {
    const { path } = exchange.info
    const handler = this.#exact.get(path) ?? this.#exact.get(path.replace(/\/$/, ''))
    const found: [PathHandler, string] | undefined = handler !== undefined ? [handler, ''] : this.#below(path)
    if (found === undefined) {
      sendNotFoundPage(exchange.response)
      return
    }
    const { method } = exchange.request
    if (method !== 'GET' && method !== 'HEAD') throw failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
    const answer = await found[0](exchange, found[1])
    if (answer === undefined) sendNotFoundPage(exchange.response)
    else sendAnswer(exchange.response, answer)
  }

  #below(path: string): [PathHandler, string] | undefined {
    const entry = this.#prefixes.find(([prefix]) => path.startsWith(prefix))
    return entry === undefined ? undefined : [entry[1], path.slice(entry[0].length)]
  }
}

function sendAnswer(response: ServerResponse, answer: PathAnswer): void {
  const bytes = typeof answer.bytes === 'string' ? Buffer.from(answer.bytes, 'utf8') : answer.bytes
  response.writeHead(answer.code ?? 200, { 'content-type': answer.contentType, 'content-length': bytes.length, 'cache-control': 'no-cache, private', ...answer.headers })
  response.end(bytes)
}
