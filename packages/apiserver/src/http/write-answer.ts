import type { ServerResponse } from 'node:http'

/** Larger answers are handed to the socket in pieces of this size, each when the one before has gone: TLS copies what it is given. */
const PIECE_BYTES = 512 * 1024

/** Bytes in pieces that share their memory. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0
  do yield bytes.subarray(at, (at += PIECE_BYTES))
  while (at < bytes.length)
}

/** Writes an answer whose head is written, and ends it. What fits into one piece goes out in one packet with its head. */
export async function writeAnswer(response: ServerResponse, pieces: Iterator<Uint8Array>, end: string): Promise<void> {
  let piece = pieces.next()
  while (piece.done !== true) {
    const next = pieces.next()
    if (next.done === true) {
      response.cork()
      response.write(piece.value)
      break
    }
    await writePiece(response, piece.value)
    if (response.destroyed) return
    piece = next
  }
  response.end(end)
}

/** Resolves when the piece has gone, or the client has. */
function writePiece(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('close', done)
      resolve()
    }
    response.on('close', done)
    response.write(piece, done)
  })
}
