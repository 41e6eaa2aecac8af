import { afterEach, beforeEach } from '@jest/globals'
import type { GroupResource } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type RetentionOptions, startRetention } from '../retention.ts'
import type { Bench } from './storage-bench.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** A storage for each test of a suite, with what forgets beside it. */
export class RetentionBench {
  /** What was reported. */
  readonly errors: unknown[] = []
  readonly bench: Bench
  readonly #stops: (() => Promise<void>)[] = []

  constructor(bench: Bench) {
    this.bench = bench
  }

  readonly start = (options: Partial<RetentionOptions> = {}): (() => Promise<void>) => {
    const { storage, log, clock } = this.bench
    const stop = startRetention({ storage, log, clock, onError: (error) => this.errors.push(error), ...options })
    this.#stops.push(stop)
    return stop
  }

  /** Revisions of a resource whose values are still in the log. */
  readonly kept = (resource: GroupResource): number[] => {
    const entries = this.bench.entries(1, resource).filter(({ value }) => value !== undefined)
    return entries.map(({ revision }) => revision)
  }

  /** Stops what was started, in any order, as often as you like. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.bench.close()
  }
}

/** Answers the bench of the test that runs. */
export function retentionBench(open: (clock: VirtualClock) => Bench): () => RetentionBench {
  let current: RetentionBench
  beforeEach(() => {
    current = new RetentionBench(open(new VirtualClock()))
  })
  afterEach(() => current.close())
  return () => current
}
