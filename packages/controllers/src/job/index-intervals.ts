/** Indexes `first` to `last`, both included. */
export interface IndexInterval {
  readonly first: number
  readonly last: number
}

/**
 * A set of completion indexes kept as disjoint intervals in increasing order, the way `status.completedIndexes`, `status.failedIndexes`
 * and `succeededIndexes` of success policies write it: `1,3-5,7` (API reference, JobStatus v1 batch). Two neighbours are written `3,4`.
 * Immutable; every operation is linear in the number of intervals, not of indexes.
 */
export class IndexIntervals {
  static readonly EMPTY = new IndexIntervals([])
  readonly #intervals: readonly IndexInterval[]

  private constructor(intervals: readonly IndexInterval[]) {
    this.#intervals = intervals
  }

  /** Reads the text form. Parts that are no number are skipped, indexes from `completions` on are cut off, as an elastic Job shrinks. */
  static parse(text: string | undefined, completions: number): IndexIntervals {
    if (!text) return IndexIntervals.EMPTY
    const out: IndexInterval[] = []
    for (const part of text.split(',')) {
      const [firstText = '', lastText] = part.split('-')
      const first = readIndex(firstText)
      if (first === undefined) continue
      if (first >= completions) break
      const last = lastText === undefined ? first : readIndex(lastText)
      if (last === undefined || last < first) continue
      append(out, first, Math.min(last, completions - 1))
    }
    return new IndexIntervals(out)
  }

  /** The set with `indexes` added, which must be in increasing order (repetitions allowed). */
  with(indexes: readonly number[]): IndexIntervals {
    return indexes.length === 0 ? this : this.union(new IndexIntervals(indexes.map((index) => ({ first: index, last: index }))))
  }

  /** The set with those of `other` added. */
  union(other: IndexIntervals): IndexIntervals {
    const [a, b] = [this.#intervals, other.#intervals]
    if (b.length === 0) return this
    const out: IndexInterval[] = []
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      const [left, right] = [a[i], b[j]]
      if (right === undefined || (left !== undefined && left.first < right.first)) {
        append(out, left!.first, left!.last)
        i++
      } else {
        append(out, right.first, right.last)
        j++
      }
    }
    return new IndexIntervals(out)
  }

  /** How many indexes both sets have. */
  overlap(other: IndexIntervals): number {
    const [a, b] = [this.#intervals, other.#intervals]
    let shared = 0
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      const [left, right] = [a[i]!, b[j]!]
      shared += Math.max(0, Math.min(left.last, right.last) - Math.max(left.first, right.first) + 1)
      if (left.last <= right.last) i++
      if (right.last <= left.last) j++
    }
    return shared
  }

  /** The lowest indexes below `limit` that are not in the set, at most `count`. */
  missing(count: number, limit: number): number[] {
    const out: number[] = []
    let candidate = 0
    for (const { first, last } of this.#intervals) {
      for (; candidate < first && candidate < limit && out.length < count; candidate++) out.push(candidate)
      candidate = Math.max(candidate, last + 1)
    }
    for (; candidate < limit && out.length < count; candidate++) out.push(candidate)
    return out
  }

  /** Whether the set has `index`. Logarithmic. */
  has(index: number): boolean {
    let low = 0
    let high = this.#intervals.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#intervals[middle]!.last < index) low = middle + 1
      else high = middle
    }
    const found = this.#intervals[low]
    return found !== undefined && found.first <= index
  }

  /** How many indexes there are. */
  get size(): number {
    let size = 0
    for (const { first, last } of this.#intervals) size += last - first + 1
    return size
  }

  /** The text form; the empty set is the empty string. */
  toString(): string {
    return this.#intervals
      .map(({ first, last }) => (last === first ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`))
      .join(',')
  }
}

function readIndex(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/** Adds an interval that starts no earlier than the last one did, joining the two where they touch. */
function append(out: IndexInterval[], first: number, last: number): void {
  const end = out.at(-1)
  if (end === undefined || first > end.last + 1) out.push({ first, last })
  else if (last > end.last) out[out.length - 1] = { first: end.first, last }
}
