import type { Server } from 'node:https'
import type { Socket } from 'node:net'

/**
 * The connections of a server and which of them a request is under way on. Node's own `closeIdleConnections` leaves open what has not sent a request
 * yet, and `closeAllConnections` what has not finished its handshake, and either keeps a server from closing.
 */
export class OpenConnections {
  /** By the other side's address, which the plain and the encrypted socket of a connection share. */
  readonly #sockets = new Map<string, Socket>()
  readonly #underWay = new Map<string, number>()

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const address = addressOf(socket)
      this.#sockets.set(address, socket)
      socket.once('close', () => {
        if (this.#sockets.get(address) === socket) this.#sockets.delete(address)
      })
    })
    server.on('request', (request, response) => {
      const address = addressOf(request.socket)
      this.#underWay.set(address, (this.#underWay.get(address) ?? 0) + 1)
      response.once('close', () => {
        const left = this.#underWay.get(address)! - 1
        if (left > 0) this.#underWay.set(address, left)
        else this.#underWay.delete(address)
      })
    })
  }

  closeIdle(): void {
    for (const [address, socket] of this.#sockets) if (!this.#underWay.has(address)) socket.destroy()
  }

  closeAll(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
  }
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
