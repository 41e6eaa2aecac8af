import type { FlowSchema, FlowSchemaSpec, PriorityLevelConfiguration } from '@kubetape/api/types/flowcontrol/v1'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from './bootstrap-objects.ts'
import { distinguisherOf, isMatch } from './flow-classification.ts'
import { type FlowControl, type Seat, TooManyRequests, type WaitingRequest } from './flow-control.ts'
import { FlowControlCounts } from './flow-control-counts.ts'
import { type PriorityLevel } from './priority-level.ts'
import { PriorityLevels, type Taken } from './priority-levels.ts'
import { seatsOf } from './seats-of.ts'

export interface PriorityAndFairnessOptions {
  readonly storage: Storage
  readonly clock: Clock
  /** Seats of all levels together. Default 600: upstream's 400 for reading and 200 for writing. */
  readonly seats?: number
}

const SEATS_DEFAULT = 600
/** A request waits a quarter of the minute that it may take in all. */
const WAIT_MAX_MS = 15_000
const GROUP = 'flowcontrol.apiserver.k8s.io'

/** A FlowSchema with the level that its requests go to. */
interface Class {
  readonly schema: Readonly<FlowSchema>
  readonly name: string
  readonly level: PriorityLevel
  readonly headers: Readonly<Record<string, string>>
  /** Of an exempt level: taken by any number. */
  readonly freely: Seat
}

/**
 * API priority and fairness (KEP-1040) by the FlowSchemas and PriorityLevelConfigurations that are stored.
 *
 * - A change of these takes effect with the next request; who is being served or waits stays where they are.
 * - Whoever need not wait is admitted synchronously, without a timer and without a promise.
 * - Seats are lent at once to a level that needs them, and come back when the request ends: upstream moves them every ten seconds.
 */
export class PriorityAndFairness implements FlowControl {
  readonly counts = new FlowControlCounts()
  readonly levels: PriorityLevels
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #schemas = new Map<string, Readonly<FlowSchema>>()
  readonly #configurations = new Map<string, Readonly<PriorityLevelConfiguration>>()
  readonly #stops: (() => void)[]
  #classes: readonly Class[] = []
  #isStale = true

  constructor({ storage, clock, seats = SEATS_DEFAULT }: PriorityAndFairnessOptions) {
    this.#storage = storage
    this.#clock = clock
    this.levels = new PriorityLevels(seats)
    this.#stops = [this.#follow('flowschemas', this.#schemas), this.#follow('prioritylevelconfigurations', this.#configurations)]
  }

  /** Stops following what is stored. */
  close(): void {
    for (const stop of this.#stops) stop()
  }

  admit(request: WaitingRequest): Seat | Promise<Seat> {
    if (this.#isStale) this.#digest()
    const found = this.#classOf(request)
    const { level } = found
    if (level.isExempt) {
      this.counts.dispatched(level.name, found.name)
      return found.freely
    }
    const seats = Math.min(seatsOf(request, this.#storage), Math.max(1, level.limits.nominal))
    const taken = level.waiting === 0 ? this.levels.take(level, seats) : undefined
    return taken === undefined ? this.#wait(found, request, seats) : this.#seat(found, taken)
  }

  #follow<T>(resource: string, objects: Map<string, Readonly<T>>): () => void {
    return this.#storage.watch({ group: GROUP, resource }, { since: undefined }, ({ type, object }) => {
      if (type === 'DELETED') objects.delete(object.name)
      else objects.set(object.name, object.object as Readonly<T>)
      this.#isStale = true
    })
  }

  /** Puts what is stored into the order in which requests are tried against it. What must be there is there, stored or not. */
  #digest(): void {
    this.#isStale = false
    const configurations = [...this.#configurations.values(), ...missing(this.#configurations, mandatoryPriorityLevels)]
    this.levels.configure(configurations as Readonly<PriorityLevelConfiguration>[])
    const schemas = [...this.#schemas.values(), ...missing(this.#schemas, mandatoryFlowSchemas)] as Readonly<FlowSchema>[]
    this.#classes = schemas.flatMap((schema) => this.#digestSchema(schema)).sort(inOrder)
  }

  /** A FlowSchema whose level there is none of takes no requests. */
  #digestSchema(schema: Readonly<FlowSchema>): Class[] {
    const level = this.levels.get((schema.spec as Partial<FlowSchemaSpec> | undefined)?.priorityLevelConfiguration?.name ?? '')
    if (level === undefined) return []
    const headers = {
      'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': level.configuration.metadata.uid ?? '',
    }
    return [{ schema, name: schema.metadata.name ?? '', level, headers, freely: { headers, release: () => undefined } }]
  }

  /** The last one catches all, also users of no group. */
  #classOf({ user, info }: WaitingRequest): Class {
    return this.#classes.find(({ schema }) => isMatch(schema, user, info)) ?? this.#classes.at(-1)!
  }

  #seat({ level, name, headers }: Class, taken: Taken): Seat {
    this.counts.dispatched(level.name, name)
    return { headers, release: () => this.levels.giveBack(taken) }
  }

  #wait(found: Class, request: WaitingRequest, seats: number): Promise<Seat> {
    const { level, schema, name } = found
    const { user, info } = request
    return new Promise((resolve, reject) => {
      const since = this.#clock.monotonicMs()
      const waiter = {
        seats,
        start: (): void => {
          timer.cancel()
          const taken = this.levels.take(level, seats)!
          this.counts.waited(level.name, name, (this.#clock.monotonicMs() - since) / 1000, true)
          resolve(this.#seat(found, taken))
        },
      }
      const refuse = (reason: string): void => {
        this.counts.rejected(level.name, name, reason)
        reject(new TooManyRequests())
      }
      const refusal = level.enqueue(name, distinguisherOf(schema, user, info), waiter)
      if (refusal !== undefined) {
        refuse(refusal)
        return
      }
      this.levels.waits(level)
      const giveUp = (reason: string): void => {
        timer.cancel()
        if (!level.remove(waiter)) return
        this.counts.waited(level.name, name, (this.#clock.monotonicMs() - since) / 1000, false)
        refuse(reason)
      }
      const timer = this.#clock.setTimer(() => giveUp('time-out'), WAIT_MAX_MS)
      request.onGone(() => giveUp('cancelled'))
    })
  }
}

/** What must be there and is not stored, as if it were. */
function missing(stored: ReadonlyMap<string, unknown>, specs: Readonly<Record<string, object>>): object[] {
  return Object.entries(specs)
    .filter(([name]) => !stored.has(name))
    .map(([name, spec]) => ({ metadata: { name }, spec }))
}

const precedenceOf = ({ schema }: Class): number => schema.spec?.matchingPrecedence ?? Number.MAX_SAFE_INTEGER
const inOrder = (a: Class, b: Class): number => precedenceOf(a) - precedenceOf(b) || (a.name < b.name ? -1 : 1)
