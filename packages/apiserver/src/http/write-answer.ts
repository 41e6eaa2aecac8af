import type { ServerResponse } from 'node:http'
import type { PieceTurns, Turn } from './piece-turns.ts'

/** Larger answers are handed to the socket in pieces of about this size, each when the one before has gone: TLS copies what it is given. */
export const PIECE_BYTES = 512 * 1024

/** An answer as it is sent: `length` bytes in pieces, then the end. */
export interface Answer {
  readonly length: number
  readonly pieces: Iterator<Uint8Array>
  readonly end: string
}

/** Bytes in pieces that share their memory. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0
  do yield bytes.subarray(at, (at += PIECE_BYTES))
  while (at < bytes.length)
}

/**
 * Writes an answer whose head is written, and ends it. What fits into one piece goes out in one packet with its head; the pieces of larger ones are made one
 * by one, each when it is its turn among those of all answers.
 */
export async function writeAnswer(response: ServerResponse, { length, pieces, end }: Answer, turns: PieceTurns): Promise<void> {
  if (length > PIECE_BYTES) await writePieces(response, pieces, turns)
  else {
    response.cork()
    for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) response.write(piece.value)
  }
  if (!response.destroyed) response.end(end)
}

async function writePieces(response: ServerResponse, pieces: Iterator<Uint8Array>, turns: PieceTurns): Promise<void> {
  // A client that was slow once is not waited for by others, and waits for none.
  for (let isSlow = false; !response.destroyed;) {
    const turn: Turn | undefined = isSlow ? undefined : await turnOf(turns)
    const piece = response.destroyed ? undefined : pieces.next()
    if (piece !== undefined && piece.done !== true) await writePiece(response, piece.value)
    turn?.done()
    if (piece?.done === true) return
    isSlow ||= turn?.isLate === true
  }
}

const turnOf = (turns: PieceTurns): Promise<Turn> => new Promise((resolve) => turns.take(resolve))

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
