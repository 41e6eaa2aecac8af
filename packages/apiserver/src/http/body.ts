import type { IncomingMessage } from 'node:http'
import { badRequest, failure } from '@kubetape/apimachinery'

/** Larger bodies are refused (upstream's limit is 3 MiB). */
export const BODY_BYTES_MAX = 3 * 1024 * 1024

/** Of a body that was refused so much more is read and dropped, for the client to see the refusal; then the connection is cut. */
const DROPPED_BYTES_MAX = 8 * 1024 * 1024

/**
 * Reads a request's body. Throws 413 as soon as it is, or says that it is, too large: what follows is never held. Throws for a client that
 * leaves before its end.
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    let ended = false
    const refuse = (): void => {
      chunks = []
      reject(failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_BYTES_MAX}`))
    }
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) refuse()
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= BODY_BYTES_MAX) chunks.push(chunk)
      else if (size > BODY_BYTES_MAX + DROPPED_BYTES_MAX) request.destroy()
      else refuse()
    })
    request.on('end', () => {
      ended = true
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    request.on('error', reject)
    // Every request closes, and an error is dear to make.
    request.on('close', () => {
      if (!ended) reject(badRequest('Cannot read the body: the connection was closed before its end'))
    })
  })
}
