import { describe, expect, test } from '@jest/globals'
import { StoredObject } from '@kubetape/storage'
import { JoinedItems } from './joined-items.ts'

const HEAD = Buffer.from('{"items":[')
const item = (size: number, at: number): StoredObject =>
  new StoredObject('', `o${at}`, at, Buffer.from(`HEAD"name":${JSON.stringify('x'.repeat(size))}}`))

describe('JoinedItems', () => {
  test.each([[[]], [[1]], [[1, 2, 3]], [[600_000]], [[10, 600_000, 10, 300_000, 300_000, 5]], [Array.from({ length: 3000 }, () => 400)]])(
    'is one JSON text in pieces, of the length that it says',
    (sizes) => {
      const joined = new JoinedItems(HEAD, sizes.map(item), 4)
      const pieces = [...joined.pieces()]
      const text = Buffer.concat(pieces)
      expect(text.length).toBe(joined.length)
      expect((JSON.parse(text.toString()) as { items: { name: string }[] }).items.map(({ name }) => name.length)).toEqual(sizes)
      expect(joined.whole().equals(text)).toBe(true)
      const largest = Math.max(0, ...sizes) + 100
      expect(pieces.every((piece) => piece.length <= Math.max(512 * 1024, largest))).toBe(true)
    },
  )

  test('takes bytes that are no Buffer', () => {
    const plain = new StoredObject('', 'o', 1, new TextEncoder().encode('HEAD"a":1}'))
    expect(new JoinedItems(HEAD, [plain], 4).whole().toString()).toBe('{"items":[{"a":1}]}')
  })
})
