import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LineSplitter } from './line-splitter.ts'

/** All lines of `text` when its bytes come in pieces of these sizes. */
function split(text: string, sizes: readonly number[]): string[] {
  const bytes = Buffer.from(text)
  const splitter = new LineSplitter(1_000_000)
  const lines: string[] = []
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    for (const line of splitter.push(bytes.subarray(at, at + size))) lines.push(line.toString().trim())
    at += size
  }
  const rest = splitter.rest()
  return rest === undefined ? lines : [...lines, rest.toString()]
}

describe('LineSplitter', () => {
  test('push() yields the same lines however the bytes are cut', () => {
    const text = '{"a":"ä€😀"}\n\n{"b":1}\r\n{"c":"ß"}\n{"last":"…"}'
    const whole = ['{"a":"ä€😀"}', '{"b":1}', '{"c":"ß"}', '{"last":"…"}']
    expect(split(text, [])).toEqual(whole)
    fc.assert(fc.property(fc.array(fc.nat(7)), (sizes) => expect(split(text, sizes)).toEqual(whole)))
  })

  test('rest() has nothing when the stream ends with a newline', () => {
    const splitter = new LineSplitter(100)
    expect([...splitter.push(Buffer.from('a\n'))].map(String)).toEqual(['a'])
    expect(splitter.rest()).toBeUndefined()
  })

  test('push() throws when a line grows beyond its limit', () => {
    const splitter = new LineSplitter(5)
    expect([...splitter.push(Buffer.from('12345'))]).toEqual([])
    expect(() => [...splitter.push(Buffer.from('6'))]).toThrow('Cannot read a line of more than 5 bytes')
  })

  test('push() joins a line of many chunks once', () => {
    const splitter = new LineSplitter(10_000_000)
    const chunk = Buffer.alloc(100, 'x')
    for (let i = 0; i < 50_000; i++) expect([...splitter.push(chunk)]).toHaveLength(0)
    expect([...splitter.push(Buffer.from('\n'))][0]).toHaveLength(5_000_000)
  })
})
