import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { type StorageEvent, StoredObject } from '@kubetape/storage'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type WatchEncoding, WatchResponse } from './watch-response.ts'

const ENCODING: WatchEncoding = {
  contentType: 'application/json',
  event: ({ type }) => Buffer.from(`${type}\n`),
  bookmark: (revision, end) => Buffer.from(`BOOKMARK ${revision}${end ? ' end' : ''}\n`),
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
  const watch = new WatchResponse(response as unknown as ServerResponse, ENCODING)
  let stops = 0
  watch.run(() => stops++, clock, { timeoutMs: 10_000, bookmarks, revision: () => 7 })
  return { response, clock, watch, stopped: () => stops }
}

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

  /** Twenty objects, and the client has not read a byte. */
  function begin(): { response: FakeResponse; watch: WatchResponse; kept: boolean[] } {
    const response = new FakeResponse()
    const kept: boolean[] = []
    const encoding: WatchEncoding = {
      ...ENCODING,
      event: ({ object }, keep) => {
        kept.push(keep)
        return object.bytes
      },
    }
    const watch = new WatchResponse(response as unknown as ServerResponse, encoding)
    for (let i = 0; i < 20; i++) watch.event(BIG)
    watch.initialEnd(20)
    watch.run(() => {}, new VirtualClock(), { timeoutMs: 10_000, bookmarks: false, revision: () => 20 })
    return { response, watch, kept }
  }

  function drain(response: FakeResponse): void {
    while (response.gone !== undefined) {
      const { gone } = response
      response.gone = undefined
      gone()
    }
  }

  test('sends it in pieces, each when the one before has gone, and keeps no frame of it', () => {
    const { response, kept } = begin()
    expect(response.chunks).toEqual([MIB])
    drain(response)
    expect([response.destroyed, response.chunks.length, response.text.length > 20 * MIB]).toEqual([false, 21, true])
    expect(response.text.endsWith('BOOKMARK 20 end\n')).toBe(true)
    expect(kept).toEqual(Array(20).fill(false))
  })

  test('sends changes behind it, in order, and keeps their frames', () => {
    const { response, watch, kept } = begin()
    watch.event(eventOf(Buffer.from('change')))
    drain(response)
    expect(response.text.endsWith('BOOKMARK 20 end\nchange')).toBe(true)
    expect(kept.at(-1)).toBe(true)
  })

  test('counts only what waits behind it, and cuts a client that lets more than the limit wait', () => {
    const { response, watch } = begin()
    for (let i = 0; i < 16; i++) watch.event(BIG)
    expect(response.destroyed).toBe(false)
    watch.event(BIG)
    expect(response.destroyed).toBe(true)
  })
})
