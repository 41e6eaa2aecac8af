import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { networkErrorText } from './network-error.ts'
import { WEBHOOK_ANSWER_BYTES_MAX, type WebhookAnswer, type WebhookTarget, type WebhookTransport } from './webhook-transport.ts'

/** Connections are kept for so many different webhooks. */
const AGENTS_MAX = 64

/** Asks webhooks over HTTPS; connections are used again. */
export class HttpsTransport implements WebhookTransport {
  /** By the certificates and the name that a webhook is known by; the least recently used first. */
  readonly #agents = new Map<string, Agent>()

  async post(target: WebhookTarget, body: string, signal: AbortSignal): Promise<WebhookAnswer> {
    try {
      return await this.#send(target, body, signal)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      return this.#send(target, body, signal)
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  #send(target: WebhookTarget, body: string, signal: AbortSignal): Promise<WebhookAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: target.host,
          port: target.port,
          path: target.path,
          method: 'POST',
          agent: this.#agentOf(target),
          signal,
          headers: {
            host: target.serverName,
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'kube-apiserver-admission',
          },
        },
        (answer) => {
          read(answer).then((text) => resolve({ code: answer.statusCode ?? 0, body: text }), reject)
        },
      )
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The webhook had closed a connection that was kept: a new one tells how it really is.
        if (error.code === 'ECONNRESET' && sent.reusedSocket) reject(new StaleConnection())
        else reject(new Error(networkErrorText(error, target), { cause: error }))
      })
      sent.end(body)
    })
  }

  #agentOf({ serverName, ca }: WebhookTarget): Agent {
    const key = `${serverName}\n${ca ?? ''}`
    const known = this.#agents.get(key)
    // An address is no name to ask for (RFC 6066); the certificate is then checked for the address that is connected to.
    const servername = isIP(serverName) ? '' : serverName
    const agent = known ?? new Agent({ keepAlive: true, servername, ...(ca === undefined ? {} : { ca }) })
    this.#agents.delete(key)
    this.#agents.set(key, agent)
    if (this.#agents.size > AGENTS_MAX) {
      const [oldest, unused] = this.#agents.entries().next().value!
      this.#agents.delete(oldest)
      unused.destroy()
    }
    return agent
  }
}

class StaleConnection extends Error {}

async function read(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.byteLength
    if (length > WEBHOOK_ANSWER_BYTES_MAX) {
      answer.destroy()
      throw new Error(`http: response body too large: more than ${WEBHOOK_ANSWER_BYTES_MAX} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
