/** What happened in one level to the requests of one FlowSchema. */
export interface FlowCounts {
  readonly level: string
  readonly schema: string
  dispatched: number
  /** By why, as `apiserver_flowcontrol_rejected_requests_total` names it. */
  readonly rejected: Map<string, number>
  /** Seconds that requests waited, those that were served and those that were not. */
  readonly waits: { served: number; servedSeconds: number; refused: number; refusedSeconds: number }
}

/** Counts what becomes of requests. */
export class FlowControlCounts {
  readonly #flows = new Map<string, FlowCounts>()

  dispatched(level: string, schema: string): void {
    this.#of(level, schema).dispatched++
  }

  rejected(level: string, schema: string, reason: string): void {
    const { rejected } = this.#of(level, schema)
    rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
  }

  waited(level: string, schema: string, seconds: number, wasServed: boolean): void {
    const { waits } = this.#of(level, schema)
    if (wasServed) {
      waits.served++
      waits.servedSeconds += seconds
    } else {
      waits.refused++
      waits.refusedSeconds += seconds
    }
  }

  all(): Iterable<Readonly<FlowCounts>> {
    return this.#flows.values()
  }

  #of(level: string, schema: string): FlowCounts {
    const key = `${level}/${schema}`
    let counts = this.#flows.get(key)
    if (counts === undefined) {
      const waits = { served: 0, servedSeconds: 0, refused: 0, refusedSeconds: 0 }
      this.#flows.set(key, (counts = { level, schema, dispatched: 0, rejected: new Map(), waits }))
    }
    return counts
  }
}
