import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import type { StorageEvent } from '@kubetape/storage'
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
  #onClose: () => void = () => undefined
  writeHead = (): this => this
  flushHeaders = (): void => undefined
  cork = (): void => undefined
  uncork = (): void => undefined
  write = (bytes: Uint8Array): boolean => {
    this.text += Buffer.from(bytes).toString()
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

const EVENT = { type: 'ADDED' } as StorageEvent

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
})
