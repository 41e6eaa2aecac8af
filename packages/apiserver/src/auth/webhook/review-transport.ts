import type * as Http from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { WebhookConnection } from './webhook-kubeconfig.ts'

/** An answer to a review may have so many bytes. */
const ANSWER_BYTES_MAX = 1 << 20

export interface ReviewAnswer {
  readonly code: number
  readonly body: string
}

/** Sends a review and answers what came back, whatever its code. Rejects where nothing came back, and when the signal aborts. */
export type ReviewTransport = (body: string, signal: AbortSignal) => Promise<ReviewAnswer>

/** Sends reviews over HTTP(S); connections are kept and used again. */
export function httpReviewTransport(connection: WebhookConnection): ReviewTransport {
  const { url, ca, insecure, serverName, certificate, key, authorization } = connection
  const isTls = url.protocol === 'https:'
  const agent = isTls
    ? new HttpsAgent({
        keepAlive: true,
        rejectUnauthorized: !insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
      })
    : new (plainHttp().Agent)({ keepAlive: true })
  return (body, signal) =>
    new Promise((resolve, reject) => {
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(authorization === undefined ? {} : { authorization }),
      }
      const sent = (isTls ? httpsRequest : plainHttp().request)(url, { method: 'POST', agent, signal, headers }, (answer) => {
        read(answer).then((text) => resolve({ code: answer.statusCode ?? 0, body: text }), reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
}

/** Loaded only where it is used: Node's module loads an HTTP client of its own. */
const plainHttp = (): typeof Http => process.getBuiltinModule('node:http')

async function read(answer: Http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.byteLength
    if (length > ANSWER_BYTES_MAX) {
      answer.destroy()
      throw new Error(`Cannot read the answer of the webhook: it has more than ${ANSWER_BYTES_MAX} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
