import type { ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { bodyOf } from './list-body.ts'
import { PieceTurns } from './piece-turns.ts'
import { type Sending, WHOLE_BYTES_MAX, writeAnswer } from './write-answer.ts'

const PIECE_BYTES = WHOLE_BYTES_MAX

/** What of a response an answer uses. Writes wait until they are told that they have gone. */
class FakeResponse {
  headers: Record<string, unknown> = {}
  destroyed = false
  ended = false
  readonly writes: Buffer[] = []
  #gone: ((error?: Error) => void) | undefined
  readonly #listeners = new Set<() => void>()
  writeHead = (_code: number, headers: Record<string, unknown>): this => {
    this.headers = headers
    return this
  }
  cork = (): void => undefined
  write = (bytes: Uint8Array, gone?: () => void): boolean => {
    this.writes.push(Buffer.from(bytes))
    this.#gone = gone
    return true
  }
  on = (_: string, listener: () => void): this => {
    this.#listeners.add(listener)
    return this
  }
  off = (_: string, listener: () => void): this => {
    this.#listeners.delete(listener)
    return this
  }
  end = (bytes?: Uint8Array | string): void => {
    if (bytes !== undefined) this.writes.push(Buffer.from(bytes as Uint8Array))
    this.ended = true
  }
  destroy = (): void => {
    this.destroyed = true
    for (const listener of this.#listeners) listener()
  }
  gone(): void {
    this.#gone?.()
  }
  get listeners(): number {
    return this.#listeners.size
  }
}

function start(): {
  clock: VirtualClock
  turns: PieceTurns
  open: (accepts?: Partial<Sending>) => { response: FakeResponse; sending: Sending }
} {
  const clock = new VirtualClock()
  const turns = new PieceTurns({ clock, pieceBytes: PIECE_BYTES, piecesMax: 1 })
  const open = (more: Partial<Sending> = {}) => {
    const response = new FakeResponse()
    return {
      response,
      sending: { response: response as unknown as ServerResponse, code: 200, headers: {}, gzip: false, turns, clock, ...more },
    }
  }
  return { clock, turns, open }
}

const large = (bytes: number) => ({ contentType: 'application/json', body: bodyOf(Buffer.alloc(bytes, 'abc')) })
const sizes = ({ writes }: FakeResponse): number[] => writes.map(({ length }) => length)

describe('writeAnswer()', () => {
  test('writes what fits into a piece at once, without a turn', async () => {
    const { turns, open } = start()
    turns.take(() => {})
    const { response, sending } = open()
    await writeAnswer(sending, { contentType: 'application/json', bytes: Buffer.from('{}'), end: '\n' })
    expect([Buffer.concat(response.writes).toString(), response.ended]).toEqual(['{}\n', true])
    expect(response.headers).toEqual({ 'content-type': 'application/json', 'content-length': 3 })
  })

  test('writes each piece of what is larger when the one before has gone', async () => {
    const { clock, open } = start()
    const { response, sending } = open()
    const written = writeAnswer(sending, large(PIECE_BYTES * 2 + 7))
    for (let at = 0; at < 3; at++) {
      await clock.advance(0)
      expect(response.writes.length).toBe(at + 1)
      response.gone()
    }
    await written
    expect([sizes(response), response.ended, response.listeners]).toEqual([[PIECE_BYTES, PIECE_BYTES, 7], true, 0])
    expect([response.headers['content-length'], clock.pendingTimers]).toEqual([PIECE_BYTES * 2 + 7, 0])
  })

  test('goes on with small pieces and without turns for a client that was slow while others waited', async () => {
    const { clock, open } = start()
    const slow = open()
    const other = open()
    void writeAnswer(slow.sending, large(PIECE_BYTES * 2))
    void writeAnswer(other.sending, large(PIECE_BYTES * 2))
    await clock.advance(199)
    expect([sizes(slow.response), sizes(other.response)]).toEqual([[PIECE_BYTES], []])
    await clock.advance(1)
    expect(sizes(other.response)).toEqual([PIECE_BYTES])
    slow.response.gone()
    await clock.advance(0)
    slow.response.gone()
    await clock.advance(0)
    expect(sizes(slow.response)).toEqual([PIECE_BYTES, 16 * 1024, 16 * 1024])
    expect(sizes(other.response)).toEqual([PIECE_BYTES])
  })

  test('cuts a client that takes nothing for a minute, and lets go of one that goes away', async () => {
    const { clock, turns, open } = start()
    const stalled = open()
    const written = writeAnswer(stalled.sending, large(PIECE_BYTES * 2))
    await clock.advance(59_999)
    expect(stalled.response.destroyed).toBe(false)
    await clock.advance(1)
    await written
    expect([stalled.response.destroyed, stalled.response.listeners, clock.pendingTimers]).toEqual([true, 0, 0])
    const leaving = open()
    const left = writeAnswer(leaving.sending, large(PIECE_BYTES * 2))
    await clock.advance(0)
    leaving.response.destroy()
    await left
    let isFree = false
    turns.take(() => (isFree = true))
    expect([isFree, leaving.response.listeners, clock.pendingTimers]).toEqual([true, 0, 0])
  })

  test('does not cut a client that takes a piece now and then, nor counts what it waited for its turn', async () => {
    const { clock, turns, open } = start()
    const { response, sending } = open()
    const written = writeAnswer(sending, large(PIECE_BYTES * 3))
    for (let at = 0; at < 3; at++) {
      await clock.advance(50_000)
      response.gone()
    }
    await written
    expect([response.destroyed, sizes(response).length]).toEqual([false, 3])
    turns.take(() => {})
    const waiting = open()
    void writeAnswer(waiting.sending, large(PIECE_BYTES * 2))
    // Whoever has the turn is written off after 200 ms.
    await clock.advance(60_199)
    expect([waiting.response.writes.length, waiting.response.destroyed]).toEqual([1, false])
    await clock.advance(1)
    expect(waiting.response.destroyed).toBe(true)
  })

  test('a client that goes away while it waits for its turn takes none', async () => {
    const { clock, turns, open } = start()
    let free = (): void => undefined
    turns.take((turn) => (free = () => turn.done()))
    const { response, sending } = open()
    const written = writeAnswer(sending, large(PIECE_BYTES * 2))
    await clock.advance(0)
    response.destroy()
    free()
    await written
    expect(response.writes).toEqual([])
  })

  test('compresses piece by piece where that is accepted', async () => {
    const { open } = start()
    const { response, sending } = open({ gzip: true })
    response.write = (bytes, gone) => {
      response.writes.push(Buffer.from(bytes))
      gone?.()
      return true
    }
    await writeAnswer(sending, large(PIECE_BYTES * 3))
    expect(gunzipSync(Buffer.concat(response.writes)).equals(Buffer.alloc(PIECE_BYTES * 3, 'abc'))).toBe(true)
    expect([response.headers['content-encoding'], response.headers['content-length'], sizes(response).length]).toEqual([
      'gzip',
      undefined,
      4,
    ])
  })
})
