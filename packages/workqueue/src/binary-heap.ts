/**
 * A binary heap: the first element is at hand, inserting and taking it out cost O(log n). `isBefore` must be a strict total order for the order
 * of equal elements to be the same in every run.
 */
export class BinaryHeap<E> {
  readonly #isBefore: (a: E, b: E) => boolean
  readonly #elements: E[] = []

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

  /** Inserts `element`. */
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
    return first
  }

  #siftUp(element: E, from: number): void {
    let at = from
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = this.#elements[parentAt]!
      if (!this.#isBefore(element, parent)) break
      this.#elements[at] = parent
      at = parentAt
    }
    this.#elements[at] = element
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
      this.#elements[at] = child
      at = childAt
    }
    this.#elements[at] = element
  }
}
