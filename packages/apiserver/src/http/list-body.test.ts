import { describe, expect, test } from '@jest/globals'
import {
  bodyOf,
  type Body,
  COMMAS,
  COMMAS_AND_BRACES,
  ListBody,
  listLength,
  type Separator,
  TAGS_AND_LENGTHS,
  wholeBody,
} from './list-body.ts'

const HEAD = Buffer.from('{"items":[')
const TAIL = Buffer.from(']}')

/** A list of items of these sizes behind `skip` bytes that are left out. */
function listOf(sizes: readonly number[], { skip = 0, separator = COMMAS }: { skip?: number; separator?: Separator } = {}): ListBody {
  const items = sizes.map((size) => Buffer.from('{'.padStart(skip + (skip > 0 ? 0 : 1), '!') + `"name":"${'x'.repeat(size)}"}`))
  const ends = { head: HEAD, tail: TAIL, separator }
  const length = listLength(
    ends,
    items.map((item) => item.length - skip),
  )
  return new ListBody({ ...ends, count: items.length, item: (index) => items[index]!, skip, length })
}

function piecesOf(body: Body, size: number): Buffer[] {
  const pieces: Buffer[] = []
  for (;;) {
    const buffer = Buffer.alloc(size)
    const filled = body.fill(buffer)
    if (filled === 0) return pieces
    pieces.push(buffer.subarray(0, filled))
  }
}

const SIZES = [[], [1], [1, 2, 3], [6000], [10, 6000, 10, 300, 300, 5], Array.from({ length: 300 }, () => 40)]

describe('ListBody', () => {
  test.each(SIZES.flatMap((sizes) => [16, 17, 100, 1000].map((piece) => [sizes, piece] as const)))(
    'is one JSON text of the length that it says in pieces of any size: %j, %d',
    (sizes, piece) => {
      for (const options of [{}, { skip: 5, separator: COMMAS_AND_BRACES }]) {
        const pieces = piecesOf(listOf(sizes, options), piece)
        const text = Buffer.concat(pieces)
        expect(text.length).toBe(listOf(sizes, options).length)
        expect((JSON.parse(text.toString()) as { items: { name: string }[] }).items.map(({ name }) => name.length)).toEqual(sizes)
        expect(wholeBody(listOf(sizes, options)).equals(text)).toBe(true)
        // Only a separator is never split.
        expect(pieces.slice(0, -1).every(({ length }) => length > piece - 8)).toBe(true)
      }
    },
  )

  test('asks for each item when it is its turn, and once', () => {
    const asked: number[] = []
    const item = (index: number): Buffer => {
      asked.push(index)
      return Buffer.alloc(50, 'x')
    }
    const body = new ListBody({ head: HEAD, tail: TAIL, separator: COMMAS, count: 3, item, length: undefined })
    body.fill(Buffer.alloc(100))
    expect(asked).toEqual([0, 1])
    body.fill(Buffer.alloc(100))
    expect([asked, body.fill(Buffer.alloc(100))]).toEqual([[0, 1, 2], 0])
  })

  test.each([0, 1, 127, 128, 16_383, 16_384, 3_000_000, 300_000_000])('says the length of a message of %d bytes as a varint', (bytes) => {
    const target = Buffer.alloc(8)
    const end = TAGS_AND_LENGTHS.write(target, 0, 0, bytes)
    expect([target[0], end]).toEqual([0x12, TAGS_AND_LENGTHS.size(0, bytes)])
    const read = [...target.subarray(1, end)].reduce((sum, byte, at) => sum + (byte & 127) * 2 ** (7 * at), 0)
    expect([read, target[end - 1]! < 128]).toEqual([bytes, true])
  })

  test('takes bytes that are no Buffer', () => {
    const plain = new TextEncoder().encode('{"a":1}')
    const options = { head: HEAD, tail: TAIL, separator: COMMAS, count: 2, item: () => plain }
    expect(Buffer.concat(piecesOf(new ListBody({ ...options, length: undefined }), 16)).toString()).toBe('{"items":[{"a":1},{"a":1}]}')
  })
})

test('bodyOf() is the bytes in pieces', () => {
  const body = bodyOf(Buffer.from('abcdefg'))
  expect([body.length, piecesOf(body, 3).map(String)]).toEqual([7, ['abc', 'def', 'g']])
})
