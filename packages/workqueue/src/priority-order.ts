import { BinaryHeap } from './binary-heap.ts'

/** One item that the queue knows: waiting, being processed, or both when it was added again meanwhile. */
export interface Entry<T> {
  readonly item: T
  /** Of the waiting add; the highest of all adds that it stands for. */
  priority: number
  /** Asked for and not yet handed out. */
  dirty: boolean
  /** Handed out and not yet done. */
  processing: boolean
  /** Monotonic time of the add that made it dirty and of the hand-out; kept for metrics only. */
  addedMs: number
  startedMs: number
  level: Level<T> | undefined
  levelBefore: Entry<T> | undefined
  levelAfter: Entry<T> | undefined
  older: Entry<T> | undefined
  newer: Entry<T> | undefined
}

/** The waiting entries of one priority, first in first out. */
interface Level<T> {
  readonly priority: number
  first: Entry<T> | undefined
  last: Entry<T> | undefined
}

/** A fresh entry that is in no order. */
export function newEntry<T>(item: T): Entry<T> {
  return {
    item,
    priority: 0,
    dirty: false,
    processing: false,
    addedMs: 0,
    startedMs: 0,
    level: undefined,
    levelBefore: undefined,
    levelAfter: undefined,
    older: undefined,
    newer: undefined,
  }
}

/**
 * The order in which waiting entries leave:
 *
 * - the highest priority first, first in first out within a priority;
 * - every `oldestEvery`-th pop takes the entry that has waited longest whatever its priority, so none starves;
 * - a promoted entry goes to the end of its new priority and keeps its age;
 * - push, promote and pop cost O(1), plus O(log p) when one of p distinct priorities comes or goes.
 */
export class PriorityOrder<T> {
  readonly #oldestEvery: number
  readonly #levels = new Map<number, Level<T>>()
  /** Levels by priority; an emptied one stays until it comes to the front. */
  readonly #levelHeap = new BinaryHeap<Level<T>>((a, b) => a.priority > b.priority)
  #oldest: Entry<T> | undefined
  #newest: Entry<T> | undefined
  #size = 0
  #pops = 0

  constructor(oldestEvery: number) {
    this.#oldestEvery = oldestEvery
  }

  /** How many entries wait. */
  get size(): number {
    return this.#size
  }

  /** Appends `entry` at its priority; it must not be waiting. */
  push(entry: Entry<T>): void {
    this.#appendToLevel(entry)
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.#size++
  }

  /** Raises a waiting entry to `priority`. */
  promote(entry: Entry<T>, priority: number): void {
    removeFromLevel(entry)
    entry.priority = priority
    this.#appendToLevel(entry)
  }

  /** Takes the next entry out. */
  pop(): Entry<T> | undefined {
    if (this.#size === 0) return undefined
    this.#pops++
    const entry = this.#pops % this.#oldestEvery === 0 ? this.#oldest! : this.#highest()
    removeFromLevel(entry)
    this.#removeFromAges(entry)
    this.#size--
    return entry
  }

  #highest(): Entry<T> {
    for (;;) {
      const level = this.#levelHeap.peek()!
      if (level.first !== undefined) return level.first
      this.#levelHeap.pop()
      this.#levels.delete(level.priority)
    }
  }

  #appendToLevel(entry: Entry<T>): void {
    const level = this.#levels.get(entry.priority) ?? this.#addLevel(entry.priority)
    entry.level = level
    entry.levelBefore = level.last
    if (level.last === undefined) level.first = entry
    else level.last.levelAfter = entry
    level.last = entry
  }

  #addLevel(priority: number): Level<T> {
    const level: Level<T> = { priority, first: undefined, last: undefined }
    this.#levels.set(priority, level)
    this.#levelHeap.push(level)
    return level
  }

  #removeFromAges(entry: Entry<T>): void {
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    entry.older = undefined
    entry.newer = undefined
  }
}

function removeFromLevel<T>(entry: Entry<T>): void {
  const level = entry.level!
  if (entry.levelBefore === undefined) level.first = entry.levelAfter
  else entry.levelBefore.levelAfter = entry.levelAfter
  if (entry.levelAfter === undefined) level.last = entry.levelBefore
  else entry.levelAfter.levelBefore = entry.levelBefore
  entry.level = undefined
  entry.levelBefore = undefined
  entry.levelAfter = undefined
}
