import { lowerBound } from '@kubetape/apimachinery'

/** A run of values longer than this is cut in two. */
const RUN_MAX = 256

/** Different strings in order. Adding, deleting and finding cost a binary search and the move of at most one run. */
export class SortedValues {
  /** None of them empty, unless there is nothing at all. */
  readonly #runs: string[][]

  constructor(values: Iterable<string>) {
    const sorted = [...values].sort()
    this.#runs = []
    for (let at = 0; at < sorted.length; at += RUN_MAX / 2) this.#runs.push(sorted.slice(at, at + RUN_MAX / 2))
  }

  /** `value` must not be there. */
  add(value: string): void {
    const at = this.#runOf(value)
    const run = this.#runs[at]
    if (run === undefined) {
      this.#runs.push([value])
      return
    }
    run.splice(lowerBound(run, value), 0, value)
    if (run.length > RUN_MAX) this.#runs.splice(at + 1, 0, run.splice(RUN_MAX / 2))
  }

  /** `value` must be there. */
  delete(value: string): void {
    const at = this.#runOf(value)
    const run = this.#runs[at]!
    run.splice(lowerBound(run, value), 1)
    if (run.length === 0) this.#runs.splice(at, 1)
  }

  /** Those that are not below `value`; nothing may be added or deleted meanwhile. */
  *from(value: string): Generator<string> {
    let at = this.#runOf(value)
    let within = lowerBound(this.#runs[at] ?? [], value)
    for (; at < this.#runs.length; at++, within = 0) {
      const run = this.#runs[at]!
      for (; within < run.length; within++) yield run[within]!
    }
  }

  /** The run that begins last of those that begin at or before `value`; the first where none does. */
  #runOf(value: string): number {
    const next = lowerBound(this.#runs, value, (run) => run[0]!)
    return this.#runs[next]?.[0] === value ? next : Math.max(0, next - 1)
  }
}
