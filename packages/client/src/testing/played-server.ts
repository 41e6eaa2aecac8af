import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { systemClock } from '@kubetape/determinism'

/** Turns of a millisecond and more; a test has five seconds. */
const UNTIL_TURNS_MAX = 4000

/** A request as it arrived. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Which connection it came on, from 1. */
  readonly connection: number
  /** The common name of the client's certificate, if it sent one. */
  readonly clientName?: string
}

/** TLS of a played server; with `ca` it asks clients for certificates. */
export interface PlayedTls {
  readonly key: string
  readonly cert: string
  readonly ca?: string
}

export type Play = (response: ServerResponse, request: Received) => void

/** A server on a free port of this machine that answers whatever a test has it answer. */
export class PlayedServer {
  readonly requests: Received[] = []
  readonly #server: Server
  readonly #scheme: string
  readonly #connections = new Map<Socket, number>()
  /** Answers requests; a test may exchange it. */
  play: Play

  private constructor(play: Play, tls: PlayedTls | undefined) {
    this.play = play
    this.#scheme = tls === undefined ? 'http' : 'https'
    const listener = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response)
    this.#server =
      tls === undefined
        ? createServer(listener)
        : createSecureServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false }, listener)
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#connections.set(socket, this.#connections.size + 1),
    )
  }

  static async start(play: Play, tls?: PlayedTls): Promise<PlayedServer> {
    const played = new PlayedServer(play, tls)
    await new Promise<void>((resolve) => played.#server.listen(0, '127.0.0.1', resolve))
    return played
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Breaks every connection, as a server that dies does. */
  breakConnections(): void {
    for (const socket of this.#connections.keys()) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    for (const socket of this.#connections.keys()) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const received = {
        method,
        path: url,
        headers,
        body: Buffer.concat(chunks).toString(),
        connection: this.#connections.get(request.socket) ?? 0,
        ...clientNameOf(request.socket),
      }
      this.requests.push(received)
      this.play(response, received)
    })
  }
}

function clientNameOf(socket: Socket): { clientName?: string } {
  const name = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate().subject.CN : undefined
  return typeof name === 'string' ? { clientName: name } : {}
}

/** Answers with JSON. */
export function json(code: number, value: unknown, headers: Record<string, string | string[]> = {}): Play {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(value))
  }
}

/** Answers with these values in turn, and with the last one from then on. */
export function inTurn(...plays: Play[]): Play {
  let next = 0
  return (response, request) => plays[Math.min(next++, plays.length - 1)]!(response, request)
}

/** Lets the sockets work until this holds; their time is the machine's, also when timers are virtual. */
export async function until(test: () => boolean): Promise<void> {
  for (let turn = 0; !test(); turn++) {
    if (turn > UNTIL_TURNS_MAX) throw new Error('Cannot go on: the condition does not come true')
    await new Promise<void>((resolve) => systemClock().setTimer(resolve, 1))
  }
}
