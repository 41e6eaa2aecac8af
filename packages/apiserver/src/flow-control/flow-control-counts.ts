/** What happened in one level to the requests of one FlowSchema. */
export interface FlowCounts {
  readonly level: string
  readonly schema: string
  dispatched: number
  /** By why, as `apiserver_flowcontrol_rejected_requests_total` names it. */
  readonly rejected: Map<string, number>
  /** Called after each, for whoever counts under other names. */
  onDispatched: () => void
  onRejected: (reason: string) => void
  /** Seconds that requests waited, those that were served and those that were not. */
  readonly waits: { served: number; servedSeconds: number; refused: number; refusedSeconds: number }
}

const nothing = (): void => undefined

/** Counts what becomes of requests. */
export class FlowControlCounts {
  readonly #flows = new Map<string, FlowCounts>()
  #listener: (flow: FlowCounts) => void = () => undefined

  dispatched(level: string, schema: string): void {
    const flow = this.#of(level, schema)
    flow.dispatched++
    flow.onDispatched()
  }

  rejected(level: string, schema: string, reason: string): void {
    const flow = this.#of(level, schema)
    flow.rejected.set(reason, (flow.rejected.get(reason) ?? 0) + 1)
    flow.onRejected(reason)
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

  /** Calls `listener` for each flow that there is, and each that comes. */
  onFlow(listener: (flow: FlowCounts) => void): void {
    this.#listener = listener
    for (const flow of this.#flows.values()) listener(flow)
  }

  all(): Iterable<Readonly<FlowCounts>> {
    return this.#flows.values()
  }

  #of(level: string, schema: string): FlowCounts {
    const key = `${level}/${schema}`
    let counts = this.#flows.get(key)
    if (counts === undefined) {
      const waits = { served: 0, servedSeconds: 0, refused: 0, refusedSeconds: 0 }
      this.#flows.set(
        key,
        (counts = { level, schema, dispatched: 0, rejected: new Map(), onDispatched: nothing, onRejected: nothing, waits }),
      )
      this.#listener(counts)
    }
    return counts
  }
}
