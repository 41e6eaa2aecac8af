import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

/** RFC 1952, 2.3: deflated, no name, no time, fastest, of no system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255])
/** RFC 1951, 3.2.3: a last block that has nothing in it but its end. */
const LAST_BLOCK = [3, 0]
const OPTIONS = { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 128 * 1024 }

/**
 * One gzip stream of pieces that are compressed each for itself: between two of them nothing is held but a checksum, however long the next one takes to
 * come. It is done on other threads; only one piece at a time.
 */
export class GzipPieces {
  #checksum = 0
  #bytes = 0

  /** The next piece compressed. The piece must stay as it is until then. */
  async add(piece: Uint8Array): Promise<Uint8Array> {
    const isFirst = this.#bytes === 0
    this.#checksum = crc32(piece, this.#checksum)
    this.#bytes += piece.length
    const deflated = await deflate(piece, OPTIONS)
    return isFirst ? Buffer.concat([HEADER, deflated]) : deflated
  }

  /** What ends the stream, which must have had a piece. */
  end(): Uint8Array {
    const end = Buffer.alloc(10)
    end.set(LAST_BLOCK)
    end.writeUInt32LE(this.#checksum, 2)
    end.writeUInt32LE(this.#bytes >>> 0, 6)
    return end
  }
}
