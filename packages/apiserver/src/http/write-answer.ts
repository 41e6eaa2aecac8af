import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Clock } from '@kubetape/determinism'
import { compressed, COMPRESSED_BYTES_MIN } from './compression.ts'
import { GzipPieces } from './gzip-pieces.ts'
import { type Body, bodyOf, wholeBody } from './list-body.ts'
import { LENT_MS, type PieceTurns, type Turn } from './piece-turns.ts'
import { PieceWriter } from './piece-writer.ts'
import type { Encoded } from './representation.ts'

/** Larger answers are handed to the socket in pieces, each when the one before has gone: TLS copies what it is given. */
export const WHOLE_BYTES_MAX = 512 * 1024

/** Pieces of an answer that does without turns, as its client is slow. */
const SLOW_PIECE_BYTES = 16 * 1024
/** The same before they are compressed. */
const SLOW_COMPRESSED_BYTES = 64 * 1024

/** How an answer goes out. */
export interface Sending {
  readonly response: ServerResponse
  readonly code: number
  readonly headers: OutgoingHttpHeaders
  /** The client accepts it, and large answers are compressed. */
  readonly gzip: boolean
  readonly turns: PieceTurns
  readonly clock: Clock
}

/**
 * Writes an answer and ends it. What fits into one piece goes out in one packet with its head; the pieces of larger ones are made, and compressed, one by
 * one, each when it is its turn among those of all answers.
 */
export async function writeAnswer(sending: Sending, encoded: Encoded): Promise<void> {
  const { contentType } = encoded
  const length = encoded.body === undefined ? encoded.bytes.length : encoded.body.length
  if (length !== undefined && length <= WHOLE_BYTES_MAX) {
    await writeWhole(
      sending,
      contentType,
      encoded.body === undefined ? encoded.bytes : wholeBody(encoded.body),
      encoded.body === undefined ? encoded.end : '',
    )
    return
  }
  const body = encoded.body ?? bodyOf(encoded.end === '' ? encoded.bytes : Buffer.concat([encoded.bytes, Buffer.from(encoded.end)]))
  const { response, code, headers } = sending
  const gzip = sending.gzip ? new GzipPieces() : undefined
  response.writeHead(code, {
    ...headers,
    'content-type': contentType,
    ...(gzip !== undefined ? GZIP_HEADERS : body.length === undefined ? {} : { 'content-length': body.length }),
  })
  await writePieces(sending, body, gzip)
  response.end(response.destroyed ? undefined : gzip?.end())
}

const GZIP_HEADERS = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }

async function writeWhole({ response, code, headers, gzip }: Sending, contentType: string, bytes: Uint8Array, end: string): Promise<void> {
  if (gzip && bytes.length > COMPRESSED_BYTES_MIN) {
    const small = await compressed([bytes, Buffer.from(end)])
    response.writeHead(code, { ...headers, 'content-type': contentType, ...GZIP_HEADERS, 'content-length': small.length })
    response.end(small)
    return
  }
  response.writeHead(code, { ...headers, 'content-type': contentType, 'content-length': bytes.length + end.length })
  response.cork()
  response.write(bytes)
  response.end(end)
}

async function writePieces({ response, turns, clock }: Sending, body: Body, gzip: GzipPieces | undefined): Promise<void> {
  const writer = new PieceWriter(response, clock)
  // A client that was slow once is not waited for by others, and waits for none.
  let slowBuffer: Buffer | undefined
  let isLost = false
  try {
    while (!response.destroyed && !isLost) {
      const turn: Turn | undefined = slowBuffer === undefined ? await turnOf(turns) : undefined
      try {
        const buffer = slowBuffer ?? turn!.buffer
        const size = response.destroyed ? 0 : body.fill(buffer)
        if (size === 0) return
        const piece = buffer.subarray(0, size)
        const bytes = gzip === undefined ? piece : await gzip.add(piece)
        const sinceMs = clock.monotonicMs()
        isLost = response.destroyed || !(await writer.write(bytes))
        // What took long may also have been its compression.
        if (turn?.isLate === true && clock.monotonicMs() - sinceMs >= LENT_MS)
          slowBuffer = Buffer.allocUnsafeSlow(gzip === undefined ? SLOW_PIECE_BYTES : SLOW_COMPRESSED_BYTES)
      } finally {
        // What is still to be sent reads it.
        if (isLost) turn?.drop()
        else turn?.done()
      }
    }
  } finally {
    writer.end()
  }
}

const turnOf = (turns: PieceTurns): Promise<Turn> => new Promise((resolve) => turns.take(resolve))
