import type { PriorityLevelConfiguration } from '@kubetape/api/types/flowcontrol/v1'
import { dealHand, flowHash } from './shuffle-shard.ts'

/** What a level may use, in seats: each request that is served has one or more. */
export interface SeatLimits {
  /** Its own share of all seats. */
  readonly nominal: number
  /** Of those, how many others may have while it does not need them. */
  readonly lendable: number
  /** How many it may have of others'. */
  readonly borrowing: number
}

/** A request that waits for its seats. */
export interface Waiter {
  readonly seats: number
  /** Called once, when it has them. */
  start(): void
}

/** Why a request does not even wait, as `apiserver_flowcontrol_rejected_requests_total` says it. */
export type Refusal = 'queue-full' | 'concurrency-limit'

interface Queue {
  readonly waiting: Waiter[]
  seatsWaiting: number
  /** How much its flows have been served, in seats: the queue with the least comes next. */
  served: number
}

/**
 * One priority level: who of it is served, and who waits (KEP-1040).
 *
 * - Its requests take at most its own seats and those that others lend it. What it lends comes back when the request that has it ends.
 * - Waiting requests are in queues, which each flow has a few of; queues are served in turn, by the seats that they have had.
 */
export class PriorityLevel {
  readonly name: string
  configuration: Readonly<PriorityLevelConfiguration>
  limits: SeatLimits = { nominal: 0, lendable: 0, borrowing: 0 }
  /** Seats that its requests have, borrowed ones included. */
  inUse = 0
  /** Seats of others that its requests have. */
  borrowed = 0
  /** Its own seats that requests of others have. */
  lent = 0
  waiting = 0
  #queues = new Map<number, Queue>()
  /** What a queue that was empty starts from: it gets no credit for the time it was idle. */
  #served = 0

  constructor(configuration: Readonly<PriorityLevelConfiguration>) {
    this.name = configuration.metadata.name ?? ''
    this.configuration = configuration
  }

  get isExempt(): boolean {
    return this.configuration.spec?.type === 'Exempt'
  }

  /** Its own seats that nobody has. */
  get free(): number {
    return this.limits.nominal - (this.inUse - this.borrowed) - this.lent
  }

  /** How many seats it would lend now. */
  get lendableNow(): number {
    return Math.max(0, Math.min(this.limits.lendable - this.lent, this.free))
  }

  /** Puts a request into the shortest queue of its flow; says why it cannot. */
  enqueue(schema: string, distinguisher: string, waiter: Waiter): Refusal | undefined {
    const queuing = this.configuration.spec?.limited?.limitResponse?.queuing
    if (queuing === undefined) return 'concurrency-limit'
    const { queues = 1, handSize = 1, queueLengthLimit = 1 } = queuing
    const hand = dealHand(flowHash(schema, distinguisher), queues, Math.min(handSize, queues))
    const lengths = hand.map((at) => this.#queues.get(at)?.seatsWaiting ?? 0)
    const chosen = hand[lengths.indexOf(Math.min(...lengths))]!
    let queue = this.#queues.get(chosen)
    if (queue !== undefined && queue.waiting.length >= queueLengthLimit) return 'queue-full'
    if (queue === undefined) this.#queues.set(chosen, (queue = { waiting: [], seatsWaiting: 0, served: this.#served }))
    queue.waiting.push(waiter)
    queue.seatsWaiting += waiter.seats
    this.waiting++
    return undefined
  }

  /** The request that comes next, without taking it out. */
  next(): Waiter | undefined {
    return this.#nextQueue()?.[1].waiting[0]
  }

  /** Takes the next request out of its queue. */
  dequeue(): Waiter | undefined {
    const found = this.#nextQueue()
    if (found === undefined) return undefined
    const [at, queue] = found
    const waiter = queue.waiting[0]!
    this.#served = queue.served
    queue.served += waiter.seats
    this.#take(at, queue, waiter)
    return waiter
  }

  /** Takes out a request that no longer waits, wherever it is. */
  remove(waiter: Waiter): boolean {
    for (const [at, queue] of this.#queues) {
      if (!queue.waiting.includes(waiter)) continue
      this.#take(at, queue, waiter)
      return true
    }
    return false
  }

  #take(at: number, queue: Queue, waiter: Waiter): void {
    queue.waiting.splice(queue.waiting.indexOf(waiter), 1)
    queue.seatsWaiting -= waiter.seats
    this.waiting--
    if (queue.waiting.length === 0) this.#queues.delete(at)
  }

  #nextQueue(): [number, Queue] | undefined {
    let found: [number, Queue] | undefined
    for (const entry of this.#queues) if (found === undefined || entry[1].served < found[1].served) found = entry
    return found
  }
}
