import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { randomInt, seededRandom } from '@kubetape/determinism'
import { GzipPieces } from './gzip-pieces.ts'

describe('GzipPieces', () => {
  test.each([[[1]], [[1000, 0, 3]], [[300_000, 300_000, 5]]])('are one gzip stream: %j', async (sizes) => {
    const random = seededRandom(1)
    const pieces = sizes.map((size) => Buffer.from(Array.from({ length: size }, () => randomInt(random, 256))))
    const gzip = new GzipPieces()
    const parts: Uint8Array[] = []
    for (const piece of pieces) parts.push(await gzip.add(piece))
    // The checksum and the length at its end are checked by it.
    expect(gunzipSync(Buffer.concat([...parts, gzip.end()])).equals(Buffer.concat(pieces))).toBe(true)
  })

  test('each is small where it repeats itself, and can be read before the next one comes', async () => {
    const gzip = new GzipPieces()
    const first = await gzip.add(Buffer.alloc(500_000, 'abc'))
    expect(first.length).toBeLessThan(10_000)
    expect(gunzipSync(Buffer.concat([first]), { finishFlush: 2 }).length).toBe(500_000)
  })
})
