import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'

/** Smaller answers are not worth the time (upstream's limit is 128 KiB). */
export const COMPRESSED_BYTES_MIN = 128 * 1024

const compress = promisify(gzip)

/** Whether an Accept-Encoding header names gzip, in so many words. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return (
    header !== undefined &&
    String(header)
      .split(',')
      .some((token) => token.trim() === 'gzip')
  )
}

/** The bytes compressed, fast rather than small: on another thread, so that others are served meanwhile. */
export function compressed(pieces: readonly Uint8Array[]): Promise<Buffer> {
  return compress(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), { level: constants.Z_BEST_SPEED })
}
