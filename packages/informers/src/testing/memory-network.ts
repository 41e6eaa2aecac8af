import { Agent, type Server } from 'node:http'
import { Duplex } from 'node:stream'
import { systemClock } from '@kubetape/determinism'

/** As long as this many turns of the event loop move nothing, everything has arrived. */
const QUIET_TURNS = 3

/** What a network does to one connection. */
export interface ConnectionFate {
  /** It breaks when so many bytes came from the server. */
  readonly cutAfterBytes?: number
  /** From so many bytes of the server on nothing arrives any more on either side, and neither notices. */
  readonly silentAfterBytes?: number
  /** It is refused. */
  readonly isRefused?: boolean
}

/** Connections within the process to a server that listens nowhere. Bytes take no time; `settle` waits until all have arrived. */
export class MemoryNetwork {
  readonly #server: Server
  readonly #open = new Set<Connection>()
  #moved = 0
  /** Called for each connection that is opened. */
  fate: () => ConnectionFate = () => ({})

  constructor(server: Server) {
    this.#server = server
  }

  /** For the client; it keeps no connection alive, so every request has one of its own. */
  agent(): Agent {
    const agent = new Agent({ keepAlive: false })
    agent.createConnection = () => this.#connect()
    return agent
  }

  /** How many connections are open, half-open ones included. */
  get connections(): number {
    return this.#open.size
  }

  /** Breaks all connections. */
  cut(): void {
    for (const one of this.#open) one.cut()
  }

  /** From now on the connections that are open carry nothing, and nobody is told. */
  silence(): void {
    for (const one of this.#open) one.silence()
  }

  /** Waits, in the turns of the real event loop, until nothing moves any more. */
  async settle(): Promise<void> {
    for (let quiet = 0, moved = this.#moved; quiet < QUIET_TURNS; quiet++) {
      await new Promise<void>((resolve) => systemClock().defer(resolve))
      if (moved !== this.#moved) quiet = 0
      moved = this.#moved
    }
  }

  #connect(): Duplex {
    const moved = (): void => void this.#moved++
    const connection = new Connection(this.fate(), moved)
    this.#open.add(connection)
    connection.client.once('close', () => {
      this.#open.delete(connection)
      connection.hangUp()
    })
    if (connection.fate.isRefused) connection.cut('ECONNREFUSED')
    else this.#server.emit('connection', connection.server)
    return connection.client
  }
}

/** Two ends; what one writes the other reads, as long as fate lets it. */
class Connection {
  readonly fate: ConnectionFate
  readonly client: End
  readonly server: End
  #bytes = 0
  #isSilent = false

  constructor(fate: ConnectionFate, moved: () => void) {
    this.fate = fate
    this.client = new End((chunk) => {
      moved()
      if (!this.#isSilent) this.server.arrive(chunk)
    })
    this.server = new End((chunk) => {
      moved()
      if (chunk === null) return this.#isSilent ? undefined : this.client.arrive(null)
      this.#fromServer(chunk)
    })
  }

  cut(code = 'ECONNRESET'): void {
    this.client.destroy(Object.assign(new Error(code), { code }))
    this.server.destroy()
  }

  silence(): void {
    this.#isSilent = true
  }

  /** The client is gone, and the server hears of it where it can. */
  hangUp(): void {
    if (!this.#isSilent) this.server.destroy()
  }

  #fromServer(chunk: Buffer): void {
    const { cutAfterBytes = Infinity, silentAfterBytes = Infinity } = this.fate
    const room = Math.min(cutAfterBytes, silentAfterBytes) - this.#bytes
    this.#bytes += chunk.length
    if (this.#isSilent) return
    this.client.arrive(chunk.subarray(0, Math.max(0, room)))
    if (chunk.length < room) return
    if (cutAfterBytes <= silentAfterBytes) cutLater(this)
    else this.silence()
  }
}

/** What was sent before a cut still arrives. */
const cutLater = (connection: Connection): void => systemClock().defer(() => connection.cut())

/** One end of a connection, with as much of a socket as Node's HTTP asks for. */
class End extends Duplex {
  readonly #send: (chunk: Buffer | null) => void

  constructor(send: (chunk: Buffer | null) => void) {
    super()
    this.#send = send
    // A connection that breaks while nobody uses it is nobody's error.
    this.on('error', () => undefined)
  }

  arrive(chunk: Buffer | null): void {
    if (!this.destroyed && (chunk === null || chunk.length > 0)) this.push(chunk)
  }

  override _read(): void {
    // Bytes are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#send(chunk)
    done()
  }

  override _final(done: () => void): void {
    this.#send(null)
    done()
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
