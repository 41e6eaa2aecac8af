/** What a heap's elements carry: their place in it, or -1 when they are in none. Only the heap writes it. */
export interface HeapElement {
  heapIndex: number
}

/**
 * A binary heap whose elements know their place, so that one that moved forward is sifted in O(log n) instead of searched.
 * `isBefore` must be a strict total order for the order of equal elements to be the same in every run.
 */
export class BinaryHeap<E extends HeapElement> {
  readonly #isBefore: (a: E, b: E) => boolean
  #elements: E[] = []

  constructor(isBefore: (a: E, b: E) => boolean) {
    this.#isBefore = isBefore
  }

  /** How many elements are in the heap. */
  get size(): number {
    return this.#elements.length
  }

  /** The first element, left in place. */
  peek(): E | undefined {
    return this.#elements[0]
  }

  /** Inserts `element`; it must not be in a heap already. */
  push(element: E): void {
    this.#elements.push(element)
    this.#siftUp(element, this.#elements.length - 1)
  }

  /** Takes the first element out. */
  pop(): E | undefined {
    const first = this.#elements[0]
    const last = this.#elements.pop()
    if (first === undefined || last === undefined) return undefined
    if (first !== last) this.#siftDown(last)
    first.heapIndex = -1
    return first
  }

  /** Restores the order after `element` came nearer to the front. */
  movedForward(element: E): void {
    this.#siftUp(element, element.heapIndex)
  }

  /** Takes everything out. */
  clear(): void {
    for (const element of this.#elements) element.heapIndex = -1
    this.#elements = []
  }

  #siftUp(element: E, from: number): void {
    let at = from
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = this.#elements[parentAt]!
      if (!this.#isBefore(element, parent)) break
      this.#place(parent, at)
      at = parentAt
    }
    this.#place(element, at)
  }

  #siftDown(element: E): void {
    const end = this.#elements.length
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      if (childAt >= end) break
      if (childAt + 1 < end && this.#isBefore(this.#elements[childAt + 1]!, this.#elements[childAt]!)) childAt++
      const child = this.#elements[childAt]!
      if (!this.#isBefore(child, element)) break
      this.#place(child, at)
      at = childAt
    }
    this.#place(element, at)
  }

  #place(element: E, at: number): void {
    this.#elements[at] = element
    element.heapIndex = at
  }
}
