import type { ServerResponse } from 'node:http'
import type { Clock } from '@kubetape/determinism'
import type { Status } from '@kubetape/apimachinery'
import type { StorageEvent } from '@kubetape/storage'
import { startWatchTimers } from '../registry/watch-timers.ts'

/** Bytes that may wait for a slow watcher before it is cut; it then resumes from its last resourceVersion (checklist R21). */
export const WATCH_BACKLOG_BYTES_MAX = 16 * 1024 * 1024

/** How the events of a watch look on the wire. */
export interface WatchEncoding {
  readonly contentType: string
  event(event: StorageEvent): Uint8Array
  bookmark(revision: number, initialEventsEnd: boolean): Uint8Array
  error(status: Status): Uint8Array
}

/** One watch as a chunked answer: writes events as they come, bookmarks, and the end after its time. */
export class WatchResponse {
  readonly #response: ServerResponse
  readonly #encoding: WatchEncoding
  #stop: (() => void) | undefined
  #cancelTimers: (() => void) | undefined
  #pending: Uint8Array[] = []
  #ended = false

  constructor(response: ServerResponse, encoding: WatchEncoding) {
    this.#response = response
    this.#encoding = encoding
    response.writeHead(200, { 'content-type': encoding.contentType, 'cache-control': 'no-cache, private', 'transfer-encoding': 'chunked' })
    response.flushHeaders()
    response.socket?.setNoDelay(true)
    response.on('close', () => this.end())
  }

  event(event: StorageEvent): void {
    this.#write(this.#encoding.event(event))
  }

  initialEnd(revision: number): void {
    this.#write(this.#encoding.bookmark(revision, true))
  }

  /** Ends the stream with an ERROR event. */
  fail(status: Status): void {
    this.#write(this.#encoding.error(status))
    this.end()
  }

  /** Keeps the watch running until it is stopped or `timeoutMs` has passed. `stop` lets go of the source. */
  run(stop: () => void, clock: Clock, options: { timeoutMs: number; bookmarks: boolean; revision: () => number }): void {
    this.#stop = stop
    if (this.#ended) {
      stop()
      return
    }
    this.#cancelTimers = startWatchTimers(clock, {
      timeoutMs: options.timeoutMs,
      onBookmark: options.bookmarks ? () => this.#write(this.#encoding.bookmark(options.revision(), false)) : undefined,
      onEnd: () => this.end(),
    })
  }

  end(): void {
    if (this.#ended) return
    this.#flush()
    this.#ended = true
    this.#cancelTimers?.()
    this.#stop?.()
    this.#response.end()
  }

  /** What one commit brings goes out as one chunk: a chunk a watcher and event would cost more than the events. */
  #write(bytes: Uint8Array): void {
    if (this.#ended) return
    this.#pending.push(bytes)
    if (this.#pending.length === 1) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
    this.#pending = []
    this.#response.write(bytes)
    if (this.#response.writableLength <= WATCH_BACKLOG_BYTES_MAX) return
    this.end()
    this.#response.destroy()
  }
}
