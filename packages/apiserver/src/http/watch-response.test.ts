import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { type StorageEvent, StoredObject } from '@kubetape/storage'
import { VirtualClock } from '@kubetape/determinism/testing'
import { PieceTurns } from './piece-turns.ts'
import { type WatchEncoding, WatchResponse } from './watch-response.ts'

const ENCODING: WatchEncoding = {
  contentType: 'application/json',
  event: ({ type }) => Buffer.from(`${type}\n`),
  bookmark: (revision, end) => Buffer.from(`BOOKMARK ${revision}${end ? ' end' : ''}\n`),
  added: ({ bytes }) => [Buffer.from('ADDED '), bytes, Buffer.from('\n')],
  error: (status) => Buffer.from(`ERROR ${status.message}\n`),
}

/** What of a response a watch uses. */
class FakeResponse {
  text = ''
  ended = false
  destroyed = false
  writableLength = 0
  socket = { setNoDelay: () => undefined }
  req = { httpVersionMajor: 1 }
  #onClose: () => void = () => undefined
  writeHead = (): this => this
  flushHeaders = (): void => undefined
  cork = (): void => undefined
  uncork = (): void => undefined
  chunks: number[] = []
  /** Of the last write that waits to be told that it has gone. */
  gone: (() => void) | undefined
  write = (bytes: Uint8Array, gone?: () => void): boolean => {
    this.text += Buffer.from(bytes).toString()
    this.chunks.push(bytes.length)
    this.gone = gone
    return true
  }
  on = (_: string, listener: () => void): this => {
    this.#onClose = listener
    return this
  }
  end = (): void => {
    this.ended = true
  }
  destroy = (): void => {
    this.destroyed = true
  }
  close(): void {
    this.#onClose()
  }
}

function start(bookmarks = false): { response: FakeResponse; clock: VirtualClock; watch: WatchResponse; stopped: () => number } {
  const response = new FakeResponse()
  const clock = new VirtualClock()
  const watch = new WatchResponse(response as unknown as ServerResponse, ENCODING, turnsOf(clock))
  let stops = 0
  watch.run(() => stops++, clock, { timeoutMs: 10_000, bookmarks, revision: () => 7 })
  return { response, clock, watch, stopped: () => stops }
}

const turnsOf = (clock: VirtualClock): PieceTurns => new PieceTurns({ clock, pieceBytes: PIECE, piecesMax: 1 })
const PIECE = 64 * 1024

const eventOf = (bytes: Uint8Array): StorageEvent => ({
  type: 'ADDED',
  object: new StoredObject('default', 'a', 1, bytes),
  revision: 1,
})
const EVENT = eventOf(Buffer.from('{}'))
const MIB = 1024 * 1024

describe('WatchResponse', () => {
  test('writes events, and ends when its time is up', async () => {
    const { response, clock, watch, stopped } = start()
    watch.event(EVENT)
    watch.initialEnd(3)
    await clock.advance(10_000)
    expect([response.text, response.ended, stopped()]).toEqual(['ADDED\nBOOKMARK 3 end\n', true, 1])
    watch.event(EVENT)
    expect(response.text).toBe('ADDED\nBOOKMARK 3 end\n')
  })

  test('writes bookmarks only where they were asked for', async () => {
    const asked = start(true)
    await asked.clock.advance(10_000)
    expect(asked.response.text).toBe('BOOKMARK 7\n')
    const not = start()
    await not.clock.advance(10_000)
    expect(not.response.text).toBe('')
  })

  test('lets go of its source once when the client leaves', () => {
    const { response, clock, stopped } = start()
    response.close()
    response.close()
    expect([stopped(), clock.pendingTimers]).toEqual([1, 0])
  })

  test('ends with what went wrong', () => {
    const { response, watch } = start()
    watch.fail({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'too old' })
    expect([response.text, response.ended]).toEqual(['ERROR too old\n', true])
  })

  test('gives up on a client that does not read', async () => {
    const { response, clock, watch, stopped } = start()
    response.writableLength = 1e9
    watch.event(EVENT)
    await clock.advance(0)
    expect([response.destroyed, stopped()]).toEqual([true, 1])
  })

  test('sends what one commit brings as one chunk', async () => {
    const { response, clock, watch } = start()
    watch.event(EVENT)
    watch.event(EVENT)
    await clock.advance(0)
    expect(response.chunks).toEqual([12])
  })
})

describe('WatchResponse that begins with 20 MiB', () => {
  const BIG = eventOf(Buffer.alloc(MIB, 'x'))
  const WHOLE = 20 * (MIB + 'ADDED \n'.length) + 'BOOKMARK 20 end\n'.length

  /** Twenty objects, and the client has not read a byte. */
  function begin(clock = new VirtualClock(), turns = turnsOf(clock)): { response: FakeResponse; watch: WatchResponse; kept: boolean[] } {
    const response = new FakeResponse()
    const kept: boolean[] = []
    const encoding: WatchEncoding = {
      ...ENCODING,
      event: ({ object }, keep) => {
        kept.push(keep)
        return object.bytes
      },
    }
    const watch = new WatchResponse(response as unknown as ServerResponse, encoding, turns)
    for (let i = 0; i < 20; i++) watch.event(BIG)
    watch.initialEnd(20)
    watch.run(() => {}, clock, { timeoutMs: 10_000, bookmarks: false, revision: () => 20 })
    return { response, watch, kept }
  }

  /** As long as pieces go. */
  function drain(...responses: FakeResponse[]): void {
    for (let went = true; went;) {
      went = false
      for (const response of responses) {
        const { gone } = response
        response.gone = undefined
        gone?.()
        went ||= gone !== undefined
      }
    }
  }

  test('sends it in pieces, each when the one before has gone', () => {
    const { response } = begin()
    expect(response.chunks).toEqual([PIECE])
    drain(response)
    expect([response.destroyed, response.chunks.length, response.text.length]).toEqual([false, Math.ceil(WHOLE / PIECE), WHOLE])
    expect(response.text.slice(0, 10)).toBe('ADDED xxxx')
    expect(response.text.endsWith('x\nBOOKMARK 20 end\n')).toBe(true)
  })

  test('sends changes behind it, in order, and keeps their frames', () => {
    const { response, watch, kept } = begin()
    watch.event(eventOf(Buffer.from('change')))
    drain(response)
    expect(response.text.endsWith('BOOKMARK 20 end\nchange')).toBe(true)
    expect(kept).toEqual([true])
  })

  test('counts only what waits behind it, and cuts a client that lets more than the limit wait', () => {
    const { response, watch } = begin()
    for (let i = 0; i < 16; i++) watch.event(BIG)
    expect(response.destroyed).toBe(false)
    watch.event(BIG)
    expect(response.destroyed).toBe(true)
  })

  test('ends behind a whole event, whether its time is up or something went wrong', async () => {
    const clock = new VirtualClock()
    const late = begin(clock)
    const failed = begin()
    failed.watch.fail({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'too old' })
    await clock.advance(10_000)
    const event = `ADDED ${'x'.repeat(MIB)}\n`
    expect([late.response.text === event, late.response.ended]).toEqual([true, true])
    expect([failed.response.text === `${event}ERROR too old\n`, failed.response.ended]).toEqual([true, true])
  })

  test('takes turns with others', () => {
    const clock = new VirtualClock()
    const turns = turnsOf(clock)
    const one = begin(clock, turns)
    const other = begin(clock, turns)
    expect([one.response.chunks.length, other.response.chunks.length]).toEqual([1, 0])
    drain(one.response)
    expect([one.response.chunks.length, other.response.chunks.length]).toEqual([1, 1])
    drain(one.response, other.response)
    expect([one.response.text.length, other.response.text === one.response.text]).toEqual([WHOLE, true])
  })

  test('gives its turn to others when its client leaves', () => {
    const clock = new VirtualClock()
    const turns = turnsOf(clock)
    const gone = begin(clock, turns)
    const waiting = begin(clock, turns)
    const other = begin(clock, turns)
    waiting.response.close()
    gone.response.close()
    drain(other.response)
    expect([waiting.response.text, other.response.text.length]).toEqual(['', WHOLE])
  })

  test('goes on in smaller pieces and without turns when its client was slow', async () => {
    const clock = new VirtualClock()
    const turns = turnsOf(clock)
    const slow = begin(clock, turns)
    const other = begin(clock, turns)
    await clock.advance(200)
    drain(other.response)
    expect(other.response.text.length).toBe(WHOLE)
    drain(slow.response)
    expect([slow.response.text.length, slow.response.chunks.slice(0, 3)]).toEqual([WHOLE, [PIECE, PIECE / 4, PIECE / 4]])
  })
})
