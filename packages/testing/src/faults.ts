import { gone, type Kind, type KubeObject, resourceWithCluster, type StatusError, type WatchEvent } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'

/** A request of a controller under test. */
export interface RequestOfController {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
  /** `configmaps`; `configmaps@east` in a cluster of that name. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** Which requests a fault is for; what is left out matches all. */
export type RequestFilter = Partial<RequestOfController>

/** A fault that lasts until it is ended. */
export interface LastingFault {
  end(): void
}

/** What the faults need of the cluster that they belong to. */
export interface FaultSubject {
  /** Ends the controllers' process at once and starts them anew. */
  crash(): void
  /** The newest resourceVersion of the cluster that the kind is in. */
  resourceVersion(kind: Kind): string
}

interface Planned {
  readonly filter: RequestFilter
  readonly moment: 'before' | 'after'
  left: number
  readonly act: () => void
}

type Deliver = (event: WatchEvent | Error) => void

/** One watch of a kind. */
interface Gate {
  readonly kind: Kind
  readonly deliver: Deliver
  held: WatchEvent[]
}

/**
 * What can go wrong between controllers and an API server, on demand. The names of the three patterns are those of Sieve ("Automatic
 * Reliability Testing for Cluster Management Controllers", OSDI 2022).
 */
export class Faults {
  readonly #subject: FaultSubject
  readonly #planned = new Set<Planned>()
  readonly #gates = new Set<Gate>()
  /** Kinds whose events are held back, with the resourceVersion at which they are shown. */
  readonly #stale = new Map<string, string>()
  /** Kinds whose events go by unseen. */
  readonly #blind = new Set<string>()

  constructor(subject: FaultSubject) {
    this.#subject = subject
  }

  /**
   * Intermediate state: the controllers' process dies when the next request that matches has taken effect (`after`), or right before it is
   * sent (`before`), and starts anew. What the run would have done next is not done.
   */
  intermediateState(filter: RequestFilter & { readonly moment?: 'before' | 'after' }): void {
    const { moment = 'after', ...rest } = filter
    this.#plan(rest, moment, 1, () => this.#subject.crash())
  }

  /** Stale state: until it ends, the controllers see the kind as it is now, even after a restart; then they are told what they missed. */
  staleState(kind: Kind): LastingFault {
    const id = idOf(kind)
    this.#stale.set(id, this.#subject.resourceVersion(kind))
    return {
      end: () => {
        this.#stale.delete(id)
        for (const gate of this.#gatesOf(kind)) for (const event of gate.held.splice(0)) gate.deliver(event)
      },
    }
  }

  /** Unobserved state: until it ends, changes of the kind go by unseen; then the controllers list it anew and see only what came of them. */
  unobservedState(kind: Kind): LastingFault {
    const id = idOf(kind)
    this.#blind.add(id)
    return {
      end: () => {
        this.#blind.delete(id)
        for (const gate of this.#gatesOf(kind)) gate.deliver(gone('The resourceVersion for the provided watch is too old.'))
      },
    }
  }

  /** Refuses the next `times` (default 1) requests that match, without effect. */
  refuse(filter: RequestFilter, error: StatusError, times = 1): void {
    this.#plan(filter, 'before', times, () => {
      throw error
    })
  }

  /** Lets the next `times` (default 1) requests that match take effect and loses the answers. */
  loseAnswer(filter: RequestFilter, times = 1): void {
    this.#plan(filter, 'after', times, () => {
      throw new RequestFailed('the connection was lost before an answer came')
    })
  }

  /** At which resourceVersion a kind is shown; undefined: as it is. */
  staleAt(kind: Kind): string | undefined {
    return this.#stale.get(idOf(kind))
  }

  before(request: RequestOfController): void {
    this.#meet(request, 'before')
  }

  after(request: RequestOfController): void {
    this.#meet(request, 'after')
  }

  /** Lets the events of one watch pass, or not. */
  gate<T extends KubeObject>(kind: Kind<T>, deliver: Deliver): { pass(event: WatchEvent<T>): void; close(): void } {
    const gate: Gate = { kind: kind, deliver, held: [] }
    this.#gates.add(gate)
    const id = idOf(kind)
    return {
      pass: (event) => {
        if (this.#blind.has(id)) return
        if (this.#stale.has(id)) gate.held.push(event)
        else deliver(event)
      },
      close: () => {
        this.#gates.delete(gate)
      },
    }
  }

  #plan(filter: RequestFilter, moment: Planned['moment'], times: number, act: () => void): void {
    this.#planned.add({ filter, moment, left: times, act })
  }

  #meet(request: RequestOfController, moment: Planned['moment']): void {
    for (const planned of this.#planned) {
      if (planned.moment !== moment || !matches(planned.filter, request)) continue
      if (--planned.left === 0) this.#planned.delete(planned)
      planned.act()
      return
    }
  }

  #gatesOf(kind: Kind): Gate[] {
    return [...this.#gates].filter((gate) => idOf(gate.kind) === idOf(kind))
  }
}

function matches(filter: RequestFilter, request: RequestOfController): boolean {
  return (Object.keys(filter) as (keyof RequestFilter)[]).every((field) => filter[field] === undefined || filter[field] === request[field])
}

function idOf({ group, ...of }: Kind): string {
  return `${group}/${resourceWithCluster(of)}`
}
