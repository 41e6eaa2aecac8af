const CAPACITY_MIN = 64

/**
 * Items that wait for an instant, the nearest first, of one instant in the order of asking. Numbers stand in typed arrays and no item has an object
 * of its own, so that the garbage collector has next to nothing to look at, however many wait: a million small objects would stop everything for
 * a tenth of a second whenever it looks at them all. `add` and `release` cost O(log n) an item.
 */
export class DelayedItems<T> {
  readonly #slots = new Map<T, number>()
  #items: (T | undefined)[] = []
  #readyMs = new Float64Array(CAPACITY_MIN)
  #priority = new Float64Array(CAPACITY_MIN)
  #order = new Float64Array(CAPACITY_MIN)
  /** The slots as a binary heap, and behind its end those that are free. */
  #heap = numbersBelow(CAPACITY_MIN)
  /** Where each slot stands in the heap. */
  #place = new Uint32Array(CAPACITY_MIN)
  #asked = 0

  /** How many items wait. */
  get size(): number {
    return this.#slots.size
  }

  /** The nearest instant; undefined when nothing waits. */
  get nextMs(): number | undefined {
    return this.size === 0 ? undefined : this.#readyMs[this.#heap[0]!]
  }

  /** Lets an item wait until `readyMs`. One that waits already keeps the earlier instant and the higher priority. */
  add(item: T, readyMs: number, priority: number): void {
    const known = this.#slots.get(item)
    if (known !== undefined) {
      if (priority > this.#priority[known]!) this.#priority[known] = priority
      if (readyMs >= this.#readyMs[known]!) return
      this.#readyMs[known] = readyMs
      this.#siftUp(known, this.#place[known]!)
      return
    }
    const end = this.size
    if (end === this.#heap.length) this.#resize(2 * end)
    const slot = this.#heap[end]!
    this.#slots.set(item, slot)
    this.#items[slot] = item
    this.#readyMs[slot] = readyMs
    this.#priority[slot] = priority
    this.#order[slot] = this.#asked++
    this.#siftUp(slot, end)
  }

  /** Takes out what is due at `nowMs`, in order. */
  release(nowMs: number, take: (item: T, priority: number) => void): void {
    while (this.size > 0) {
      const slot = this.#heap[0]!
      if (this.#readyMs[slot]! > nowMs) return
      const item = this.#items[slot] as T
      this.#slots.delete(item)
      this.#items[slot] = undefined
      const end = this.size
      const last = this.#heap[end]!
      this.#heap[end] = slot
      if (end > 0) this.#siftDown(last, end)
      take(item, this.#priority[slot]!)
    }
    // What a great many once needed is not kept for none.
    if (this.#heap.length > CAPACITY_MIN) this.clear()
  }

  /** Forgets all. */
  clear(): void {
    this.#slots.clear()
    this.#items = []
    this.#heap = numbersBelow(CAPACITY_MIN)
    this.#resize(CAPACITY_MIN)
  }

  #resize(capacity: number): void {
    const grown = (numbers: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(capacity)
      larger.set(numbers.subarray(0, capacity))
      return larger
    }
    this.#readyMs = grown(this.#readyMs)
    this.#priority = grown(this.#priority)
    this.#order = grown(this.#order)
    const [heap, place] = [numbersBelow(capacity), new Uint32Array(capacity)]
    heap.set(this.#heap)
    place.set(this.#place.subarray(0, capacity))
    this.#heap = heap
    this.#place = place
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#readyMs[a]!, this.#readyMs[b]!]
    return left < right || (left === right && this.#order[a]! < this.#order[b]!)
  }

  #siftUp(slot: number, from: number): void {
    let at = from
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = this.#heap[parentAt]!
      if (!this.#isBefore(slot, parent)) break
      this.#put(parent, at)
      at = parentAt
    }
    this.#put(slot, at)
  }

  #siftDown(slot: number, end: number): void {
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      if (childAt >= end) break
      if (childAt + 1 < end && this.#isBefore(this.#heap[childAt + 1]!, this.#heap[childAt]!)) childAt++
      const child = this.#heap[childAt]!
      if (!this.#isBefore(child, slot)) break
      this.#put(child, at)
      at = childAt
    }
    this.#put(slot, at)
  }

  #put(slot: number, at: number): void {
    this.#heap[at] = slot
    this.#place[slot] = at
  }
}

function numbersBelow(count: number): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(count)
  for (let at = 1; at < count; at++) numbers[at] = at
  return numbers
}
