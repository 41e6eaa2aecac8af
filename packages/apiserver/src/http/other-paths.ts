import { failure } from '@kubetape/apimachinery'
import { acceptsGzip, compressed, COMPRESSED_BYTES_MIN } from './compression.ts'
import type { Exchange } from './api-server.ts'
import { sendNotFoundPage } from './refusals.ts'

/** What one path answers: bytes and their type, or undefined when it does not serve this request. */
export type PathHandler = (exchange: Exchange, rest: string) => PathAnswer | undefined | Promise<PathAnswer | undefined>

export interface PathAnswer {
  readonly contentType: string
  readonly bytes: Uint8Array | string
  readonly code?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A handler, and whether it answers methods other than GET and HEAD. */
interface Served {
  readonly handler: PathHandler
  readonly anyMethod: boolean
}

/** Paths that are no resources: discovery, OpenAPI, version, health, metrics. A handler registered for `/x/` serves everything below it. */
export class OtherPaths {
  readonly #exact = new Map<string, Served>()
  readonly #prefixes: [string, Served][] = []
  readonly #named: (() => readonly string[])[] = []

  /** Serves GET and HEAD of a path; other methods are 405. */
  on(path: string, handler: PathHandler): this {
    return this.#add(path, { handler, anyMethod: false })
  }

  /** Serves a path whatever the method. */
  onAny(path: string, handler: PathHandler): this {
    return this.#add(path, { handler, anyMethod: true })
  }

  /** Paths that are served, as the root lists them. */
  paths(): string[] {
    return [...new Set([...this.#exact.keys(), ...this.#named.flatMap((names) => names())])].filter((path) => path !== '/').sort()
  }

  /** Names paths below a prefix, for `paths`, which asks each time. */
  name(paths: () => readonly string[]): this {
    this.#named.push(paths)
    return this
  }

  async serve(exchange: Exchange): Promise<void> {
    const { path } = exchange.info
    const exact = this.#exact.get(path) ?? this.#exact.get(path.replace(/\/$/, ''))
    const found: [Served, string] | undefined = exact !== undefined ? [exact, ''] : this.#below(path)
    if (found === undefined) {
      sendNotFoundPage(exchange.response)
      return
    }
    const [{ handler, anyMethod }, rest] = found
    const { method } = exchange.request
    if (!anyMethod && method !== 'GET' && method !== 'HEAD')
      throw failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
    const answer = await handler(exchange, rest)
    if (answer === undefined) sendNotFoundPage(exchange.response)
    else await sendAnswer(exchange, answer)
  }

  #add(path: string, served: Served): this {
    if (path.endsWith('/') && path !== '/') this.#prefixes.push([path, served])
    else this.#exact.set(path, served)
    return this
  }

  #below(path: string): [Served, string] | undefined {
    const entry = this.#prefixes.find(([prefix]) => path.startsWith(prefix))
    return entry === undefined ? undefined : [entry[1], path.slice(entry[0].length)]
  }
}

/** Large documents are compressed where the client takes that. */
async function sendAnswer({ request, response }: Exchange, answer: PathAnswer): Promise<void> {
  let bytes = typeof answer.bytes === 'string' ? Buffer.from(answer.bytes, 'utf8') : answer.bytes
  const isCompressed = bytes.length > COMPRESSED_BYTES_MIN && acceptsGzip(request.headers['accept-encoding'])
  if (isCompressed) bytes = await compressed([bytes])
  const vary = [answer.headers?.['vary'], ...(isCompressed ? ['Accept-Encoding'] : [])].filter((one) => one !== undefined)
  response.writeHead(answer.code ?? 200, {
    'content-type': answer.contentType,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...answer.headers,
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...(vary.length > 0 ? { vary: vary.join(', ') } : {}),
  })
  response.end(bytes)
}
