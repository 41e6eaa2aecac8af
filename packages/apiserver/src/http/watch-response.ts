import type { ServerResponse } from 'node:http'
import type { Clock } from '@kubetape/determinism'
import type { Status } from '@kubetape/apimachinery'
import type { StorageEvent } from '@kubetape/storage'
import { startWatchTimers } from '../registry/watch-timers.ts'

/**
 * Bytes that may wait for a slow watcher before it is cut; it then resumes from its last resourceVersion (checklist R21). What a watch begins
 * with does not count, however large it is: a watcher that is cut for it would only ask for all of it again.
 */
export const WATCH_BACKLOG_BYTES_MAX = 16 * 1024 * 1024

/** What a watch begins with is encoded and sent in pieces of about this size, each when the one before has gone. */
const PIECE_BYTES = 64 * 1024
/** Sent parts of the queue are let go of when there are this many. */
const SENT_MAX = 1024

/** How the events of a watch look on the wire. */
export interface WatchEncoding {
  readonly contentType: string
  /** `keep`: others are about to ask for the same bytes. */
  event(event: StorageEvent, keep: boolean): Uint8Array
  bookmark(revision: number, initialEventsEnd: boolean): Uint8Array
  error(status: Status): Uint8Array
}

/** What waits its turn: encoded only then. `bytes` counts against the limit. */
interface Waiting {
  readonly encode: () => Uint8Array
  readonly bytes: number
}

/** One watch as a chunked answer: writes events as they come, bookmarks, and the end after its time. */
export class WatchResponse {
  readonly #response: ServerResponse
  readonly #encoding: WatchEncoding
  #stop: (() => void) | undefined
  #cancelTimers: (() => void) | undefined
  #pending: Uint8Array[] = []
  /** What the watch begins with, and behind it what came before all of that was sent. */
  #queue: Waiting[] = []
  /** How many of the queue have been sent. */
  #sent = 0
  /** Changes in the queue that wait. */
  #behindBytes = 0
  /** The source has delivered what the watch begins with. */
  #running = false
  #ended = false

  constructor(response: ServerResponse, encoding: WatchEncoding) {
    this.#response = response
    this.#encoding = encoding
    const isHttp1 = response.req.httpVersionMajor === 1
    const headers = { 'content-type': encoding.contentType, 'cache-control': 'no-cache, private' }
    // HTTP/2 has streams of its own, and lets nobody touch their socket.
    response.writeHead(200, isHttp1 ? { ...headers, 'transfer-encoding': 'chunked' } : headers)
    response.flushHeaders()
    if (isHttp1) response.socket?.setNoDelay(true)
    response.on('close', () => this.end())
  }

  event(event: StorageEvent): void {
    const keep = this.#running
    this.#send(() => this.#encoding.event(event, keep), event.object.bytes.length)
  }

  initialEnd(revision: number): void {
    this.#send(() => this.#encoding.bookmark(revision, true), 0)
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
    this.#running = true
    this.#cancelTimers = startWatchTimers(clock, {
      timeoutMs: options.timeoutMs,
      onBookmark: options.bookmarks ? () => this.#bookmark(options.revision()) : undefined,
      onEnd: () => this.end(),
    })
    this.#sendPiece()
  }

  end(): void {
    if (this.#ended) return
    this.#flush()
    this.#ended = true
    this.#queue = []
    this.#cancelTimers?.()
    this.#stop?.()
    this.#response.end()
  }

  #bookmark(revision: number): void {
    this.#send(() => this.#encoding.bookmark(revision, false), 0)
  }

  /** At once, unless something before it waits. */
  #send(encode: () => Uint8Array, bytes: number): void {
    if (this.#ended) return
    if (!this.#running) {
      this.#queue.push({ encode, bytes: 0 })
      return
    }
    if (this.#queue.length === 0) {
      this.#write(encode())
      return
    }
    this.#queue.push({ encode, bytes })
    this.#behindBytes += bytes
    if (this.#behindBytes > WATCH_BACKLOG_BYTES_MAX) this.#cut()
  }

  /**
   * NOTE: the next piece follows the callback of this one's write and not 'drain', which never comes where the buffer is never full (see
   * `neverPause` of api-server.ts).
   */
  #sendPiece(): void {
    const parts: Uint8Array[] = []
    let size = 0
    while (size < PIECE_BYTES && this.#sent < this.#queue.length) {
      const { encode, bytes } = this.#queue[this.#sent++]!
      const part = encode()
      this.#behindBytes -= bytes
      size += part.length
      parts.push(part)
    }
    if (parts.length === 0) return
    if (this.#sent === this.#queue.length || this.#sent >= SENT_MAX) {
      this.#queue.splice(0, this.#sent)
      this.#sent = 0
    }
    const piece = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    if (this.#queue.length === 0) this.#response.write(piece)
    else this.#response.write(piece, () => this.#sendPiece())
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
    if (this.#response.writableLength > WATCH_BACKLOG_BYTES_MAX) this.#cut()
  }

  #cut(): void {
    this.end()
    this.#response.destroy()
  }
}
