import { StoredObject } from '@kubetape/storage'

/** What is encoded when its turn comes. `bytes`: what it counts for while it waits. */
export interface Later {
  readonly encode: () => Uint8Array
  readonly bytes: number
}

/** Sent parts of the queue are let go of when there are this many. */
const SENT_MAX = 1024

/**
 * What a watch begins with, and behind it what came before all of that was sent. It holds no bytes of its own: objects are shared with everybody, and
 * only as much is encoded as fits into the piece that is sent next.
 */
export class WatchQueue {
  readonly #partsOf: (object: StoredObject) => readonly Uint8Array[]
  #items: (StoredObject | Later)[] = []
  /** How many of the items have been taken. */
  #taken = 0
  /** The parts of the last one that was taken, from this part and this byte on. */
  #parts: readonly Uint8Array[] = []
  #part = 0
  #offset = 0
  #laterBytes = 0

  /** `partsOf`: the bytes of the event that says that an object is there. */
  constructor(partsOf: (object: StoredObject) => readonly Uint8Array[]) {
    this.#partsOf = partsOf
  }

  get isEmpty(): boolean {
    return this.#taken === this.#items.length && this.#part === this.#parts.length
  }

  /** What waits to be encoded, without objects. */
  get laterBytes(): number {
    return this.#laterBytes
  }

  push(item: StoredObject | Later): void {
    this.#items.push(item)
    if (!(item instanceof StoredObject)) this.#laterBytes += item.bytes
  }

  /** Lets go of everything; answers what is missing of the event of which a piece has been taken. */
  clear(): Uint8Array[] {
    const rest = this.#parts.slice(this.#part)
    if (rest.length > 0) rest[0] = rest[0]!.subarray(this.#offset)
    this.#items = []
    this.#parts = []
    this.#taken = this.#part = this.#offset = this.#laterBytes = 0
    return rest
  }

  /** Fills the buffer with what comes next; answers how much that is. */
  fill(buffer: Uint8Array): number {
    let at = 0
    while (at < buffer.length && !this.isEmpty) {
      if (this.#part === this.#parts.length) this.#open()
      const part = this.#parts[this.#part]!
      const size = Math.min(part.length - this.#offset, buffer.length - at)
      buffer.set(part.subarray(this.#offset, this.#offset + size), at)
      at += size
      this.#offset += size
      if (this.#offset < part.length) continue
      this.#part++
      this.#offset = 0
    }
    return at
  }

  #open(): void {
    const item = this.#items[this.#taken++]!
    if (item instanceof StoredObject) this.#parts = this.#partsOf(item)
    else {
      this.#parts = [item.encode()]
      this.#laterBytes -= item.bytes
    }
    this.#part = 0
    if (this.#taken < this.#items.length && this.#taken < SENT_MAX) return
    this.#items.splice(0, this.#taken)
    this.#taken = 0
  }
}
