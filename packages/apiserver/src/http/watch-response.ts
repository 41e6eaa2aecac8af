import type { ServerResponse } from 'node:http'
import type { Clock } from '@kubetape/determinism'
import type { Status } from '@kubetape/apimachinery'
import type { StorageEvent, StoredObject } from '@kubetape/storage'
import { startWatchTimers } from '../registry/watch-timers.ts'
import type { PieceTurns, Turn } from './piece-turns.ts'
import { WatchQueue } from './watch-queue.ts'

/**
 * Bytes that may wait for a slow watcher before it is cut; it then resumes from its last resourceVersion (checklist R21). What a watch begins
 * with does not count, however large it is: a watcher that is cut for it would only ask for all of it again.
 */
export const WATCH_BACKLOG_BYTES_MAX = 16 * 1024 * 1024

/** Pieces of a watch that does without turns, as it is slow. */
const SLOW_PIECE_BYTES = 16 * 1024

/** How the events of a watch look on the wire. */
export interface WatchEncoding {
  readonly contentType: string
  /** `keep`: others are about to ask for the same bytes. */
  event(event: StorageEvent, keep: boolean): Uint8Array
  /** The event that says that an object is there, in parts that share their memory with everybody who sends the same where that is possible. */
  added(object: StoredObject): readonly Uint8Array[]
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
  readonly #turns: PieceTurns
  readonly #queue: WatchQueue
  /** For the piece that is on its way. */
  #turn: Turn | undefined
  /** Instead of those of turns, once the client was slow. */
  #slowBuffer: Buffer | undefined
  /** The source has delivered what the watch begins with. */
  #running = false
  #ended = false

  /** `turns`: at sending pieces of what watches begin with. */
  constructor(response: ServerResponse, encoding: WatchEncoding, turns: PieceTurns) {
    this.#response = response
    this.#encoding = encoding
    this.#turns = turns
    this.#queue = new WatchQueue((object) => encoding.added(object))
    const isHttp1 = response.req.httpVersionMajor === 1
    const headers = { 'content-type': encoding.contentType, 'cache-control': 'no-cache, private' }
    // HTTP/2 has streams of its own, and lets nobody touch their socket.
    response.writeHead(200, isHttp1 ? { ...headers, 'transfer-encoding': 'chunked' } : headers)
    response.flushHeaders()
    if (isHttp1) response.socket?.setNoDelay(true)
    response.on('close', () => this.end())
  }

  event(event: StorageEvent): void {
    if (!this.#running && event.type === 'ADDED') {
      if (!this.#ended) this.#queue.push(event.object)
      return
    }
    const keep = this.#running
    this.#send(() => this.#encoding.event(event, keep), event.object.bytes.length)
  }

  initialEnd(revision: number): void {
    this.#send(() => this.#encoding.bookmark(revision, true), 0)
  }

  /** Ends the stream with an ERROR event. */
  fail(status: Status): void {
    this.#letGo()
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
    this.#next()
  }

  end(): void {
    if (this.#ended) return
    this.#letGo()
    this.#flush()
    this.#ended = true
    // What is written still reads it.
    this.#turn?.drop()
    this.#cancelTimers?.()
    this.#stop?.()
    this.#response.end()
  }

  /** What waits is not sent any more, but for the rest of an event that is half sent: whoever reads it could not read what follows. */
  #letGo(): void {
    const rest = this.#queue.clear()
    if (!this.#response.destroyed) for (const part of rest) this.#response.write(part)
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
    if (this.#queue.isEmpty) {
      this.#write(encode())
      return
    }
    this.#queue.push({ encode, bytes })
    if (this.#queue.laterBytes > WATCH_BACKLOG_BYTES_MAX) this.#cut()
  }

  #next(): void {
    if (this.#queue.isEmpty || this.#ended) return
    if (this.#slowBuffer !== undefined) this.#sendPiece(this.#slowBuffer)
    else
      this.#turns.take((turn) => {
        if (this.#ended) {
          turn.done()
          return
        }
        this.#turn = turn
        this.#sendPiece(turn.buffer)
      })
  }

  /**
   * NOTE: the next piece follows the callback of this one's write and not 'drain', which never comes where the buffer is never full (see
   * `neverPause` of listener.ts).
   */
  #sendPiece(buffer: Buffer): void {
    const size = this.#queue.fill(buffer)
    this.#response.write(buffer.subarray(0, size), () => this.#pieceGone())
  }

  #pieceGone(): void {
    const turn = this.#turn
    this.#turn = undefined
    if (turn?.isLate === true && !this.#queue.isEmpty) this.#slowBuffer = Buffer.allocUnsafeSlow(SLOW_PIECE_BYTES)
    turn?.done()
    if (this.#queue.isEmpty) this.#slowBuffer = undefined
    this.#next()
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
