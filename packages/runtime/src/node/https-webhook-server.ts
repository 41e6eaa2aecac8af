import type { Timer } from '@kubetape/determinism'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REVIEW_BYTES_MAX, type WebhookEnvironment, type WebhookReply, type WebhookRouter } from '../webhook/webhook-router.ts'
import type { WebhookServer } from '../webhook/webhook-server.ts'
import { OpenConnections } from './open-connections.ts'
import { type CertificateFiles, type CertificatePair, readCertificate } from './serving-certificate.ts'

export interface HttpsWebhookServerOptions {
  /** Where certificate and key lie. Default as controller-runtime's: `k8s-webhook-server/serving-certs` in the folder of temporary files. */
  readonly certDir?: string
  /** Default `tls.crt`. */
  readonly certName?: string
  /** Default `tls.key`. */
  readonly keyName?: string
  /** 0: any free port. Default 9443 (controller-runtime's). */
  readonly port?: number
  /** Default: all addresses, as the API server is elsewhere. */
  readonly host?: string
  /** How often the files are looked at. Default 10 s. */
  readonly reloadMs?: number
  /** How long `stop` waits for reviews under way. Default 30 s. */
  readonly stopMs?: number
}

const DEFAULT_PORT = 9443
const RELOAD_MS = 10_000
const STOP_MS = 30_000
/** API servers keep connections for this long; who closes one first may cut off a review that is on its way. */
const KEEP_ALIVE_MS = 90_000
/** What of a body that is too long is still read, so that the refusal is heard. */
const DRAINED_BYTES_MAX = 4 * REVIEW_BYTES_MAX

/**
 * Answers reviews over TLS (1.2 and newer, HTTP/1.1). What a caller may rely on:
 *
 * - A new certificate is used for new connections within `reloadMs`, without a restart. Files are compared by content, since a mounted Secret
 *   changes by the swap of a symbolic link, of which watches of files do not tell. A pair that cannot be used is logged and the old one kept.
 * - `stop` lets reviews under way finish, closes idle connections at once and whatever is left after `stopMs`.
 */
export class HttpsWebhookServer implements WebhookServer {
  readonly #options: HttpsWebhookServerOptions
  readonly #files: CertificateFiles
  #server: Server | undefined
  #connections: OpenConnections | undefined
  #pair: CertificatePair | undefined
  #timer: Timer | undefined
  #environment: WebhookEnvironment | undefined
  #reloadProblem = ''

  constructor(options: HttpsWebhookServerOptions = {}) {
    this.#options = options
    this.#files = {
      folder: options.certDir ?? join(tmpdir(), 'k8s-webhook-server', 'serving-certs'),
      certName: options.certName ?? 'tls.crt',
      keyName: options.keyName ?? 'tls.key',
    }
  }

  get listening(): boolean {
    return this.#server?.listening ?? false
  }

  /** Where it listens. Throws before `start` and after `stop`. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined
    if (!address) throw new Error('Cannot tell the port of the webhook server: it does not listen')
    return address.port
  }

  async start(router: WebhookRouter, environment: WebhookEnvironment): Promise<void> {
    if (this.#server !== undefined) throw new Error('Cannot start the webhook server: it was started before')
    this.#environment = environment
    this.#pair = await this.#read()
    const server = createServer({ ...this.#pair, minVersion: 'TLSv1.2', keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void answer(router, request, response)
    })
    this.#server = server
    this.#connections = new OpenConnections(server)
    // Mostly an API server that was told another CA, and hears of it only as a review that failed.
    server.on('tlsClientError', (error) => environment.log({}).debug('a TLS handshake failed', { error: error.message }))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#options.port ?? DEFAULT_PORT, this.#options.host, () => {
        server.off('error', reject)
        // Of a socket that cannot be accepted (too many open files): those that are open go on.
        server.on('error', (error) => environment.log({}).error('the webhook server failed', { error: error.message }))
        resolve()
      })
    })
    environment.log({}).info('webhooks are served', { port: this.port })
    this.#later()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    const server = this.#server
    if (server === undefined || !server.listening) return
    const cut = this.#environment?.clock.setTimer(() => this.#connections?.closeAll(), this.#options.stopMs ?? STOP_MS)
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      this.#connections?.closeIdle()
    })
    cut?.cancel()
  }

  #later(): void {
    this.#timer = this.#environment?.clock.setTimer(() => void this.#reload(), this.#options.reloadMs ?? RELOAD_MS)
  }

  async #reload(): Promise<void> {
    const log = this.#environment!.log({})
    try {
      const pair = await this.#read()
      this.#reloadProblem = ''
      if (pair.cert !== this.#pair!.cert || pair.key !== this.#pair!.key) {
        this.#server!.setSecureContext({ ...pair, minVersion: 'TLSv1.2' })
        this.#pair = pair
        log.info('the certificate of the webhooks was replaced')
      }
    } catch (error) {
      // Told once: it stays as it is until somebody replaces the files.
      const { message } = error as Error
      if (message !== this.#reloadProblem) log.error('the certificate of the webhooks is kept', { error: message })
      this.#reloadProblem = message
    }
    if (this.listening) this.#later()
  }

  async #read(): Promise<CertificatePair> {
    try {
      const pair = await readCertificate(this.#files)
      this.#environment?.metrics?.certificateRead(true)
      return pair
    } catch (error) {
      this.#environment?.metrics?.certificateRead(false)
      throw error
    }
  }
}

async function answer(router: WebhookRouter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the API server waits no longer'))
  })
  try {
    const body = await bodyOf(request)
    const path = (request.url ?? '').split('?', 1)[0]!
    const contentType = request.headers['content-type'] ?? ''
    send(response, await router.answer({ method: request.method ?? '', path, contentType, body, signal: gone.signal }))
  } catch {
    // Only a connection that broke comes here, and nobody is left to be told.
    response.destroy()
  }
}

function send(response: ServerResponse, { code, body }: WebhookReply): void {
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(code === 405 ? { Allow: 'POST' } : {}),
    ...(code === 413 ? { Connection: 'close' } : {}),
  })
  response.end(body)
}

/** The text of a body, undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.byteLength
    if (length <= REVIEW_BYTES_MAX) parts.push(part)
    if (length > DRAINED_BYTES_MAX) break
  }
  return length > REVIEW_BYTES_MAX ? undefined : Buffer.concat(parts).toString('utf8')
}
