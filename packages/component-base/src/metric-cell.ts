import type { Counter, Gauge, Histogram } from './metrics.ts'

/** One line of the text format: the metric's name extended by `suffix`, its labels by `le`. */
export interface Sample {
  readonly suffix: string
  readonly le?: number | string
  readonly value: number
}

/** The numbers of one metric under one set of label values. */
export interface Cell {
  samples(): Sample[]
}

/** A counter's number. */
export class CounterCell implements Cell, Counter {
  #value = 0

  inc(by = 1): void {
    if (!(by >= 0)) throw new RangeError(`Cannot increase a counter: ${by} is below 0`)
    this.#value += by
  }

  samples(): Sample[] {
    return [{ suffix: '', value: this.#value }]
  }
}

/** A gauge's number, or who knows it. */
export class GaugeCell implements Cell, Gauge {
  #value = 0
  #read: (() => number) | undefined

  set(value: number): void {
    this.#value = value
  }

  inc(by = 1): void {
    this.#value += by
  }

  dec(by = 1): void {
    this.#value -= by
  }

  readBy(read: () => number): void {
    this.#read = read
  }

  samples(): Sample[] {
    return [{ suffix: '', value: this.#read?.() ?? this.#value }]
  }
}

/** A histogram's counts, one a bucket and one above the last. */
export class HistogramCell implements Cell, Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.#bounds.length && !(value <= this.#bounds[bucket]!)) bucket++
    this.#counts[bucket]!++
    this.#sum += value
  }

  samples(): Sample[] {
    let count = 0
    const buckets = this.#counts.map((counted, bucket): Sample => {
      count += counted
      return { suffix: '_bucket', le: this.#bounds[bucket] ?? '+Inf', value: count }
    })
    return [...buckets, { suffix: '_sum', value: this.#sum }, { suffix: '_count', value: count }]
  }
}
