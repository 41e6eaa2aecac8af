import type { IncomingMessage } from 'node:http'
import { failure } from '@kubetape/apimachinery'

/** Larger bodies are refused (upstream's limit is 3 MiB). */
export const BODY_BYTES_MAX = 3 * 1024 * 1024

/** Reads a request's body; throws 413 when it is too large. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= BODY_BYTES_MAX) chunks.push(chunk)
    })
    request.on('end', () => {
      if (size > BODY_BYTES_MAX) reject(failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_BYTES_MAX}`))
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    request.on('error', reject)
  })
}
