import { Lease as LeaseKind } from '@kubetape/api/kinds'
import type { Lease } from '@kubetape/api/types/coordination/v1'
import { isAlreadyExists, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { type Clock, type Random, randomFloat, sleep } from '@kubetape/determinism'
import type { RunLog } from '../reconcile.ts'
import { checkedElection, type Election, JITTER_FACTOR, type LeaderElectionOptions } from './election-options.ts'
import type { Fence } from './fence.ts'
import { LeaderElectionLost } from './leader-election-lost.ts'
import { Leadership } from './leadership.ts'
import { heldLease, isHeld, nextTerm, releasedLease, showsTerm, type Term } from './lease-record.ts'
import { withinTime } from './within-time.ts'

/** What an elector works with, beside its options. */
export interface ElectorEnvironment {
  readonly client: Client
  readonly clock: Clock
  /** Spreads the attempts of candidates. */
  readonly random: Random
  readonly log: RunLog
  /** Told whenever it changes, first with false. */
  readonly onLeading?: (isLeading: boolean) => void
  /** Told when a renewal had to read the Lease first. */
  readonly onSlowPath?: () => void
}

/**
 * Competes for a Lease as client-go's elector does. What a caller may rely on:
 *
 * - `isLeader()` is true only between a write of the Lease that was answered, and the renew deadline after that write was *sent*. It reads the
 *   clock, so a process that was paused knows before it acts.
 * - Others take the Lease only when they have seen it unchanged for the lease duration, measured by their own monotonic clock from when they
 *   saw the last change. Times in the Lease are for people; nobody's wall clock is compared with another's.
 * - Leadership ends for good: by `stop`, when it could not be renewed in time, or when the Lease shows somebody else. There is no second term.
 * - Two processes that wrongly share an identity do not share the Lease.
 *
 * What it cannot promise: that a write sent before the deadline has arrived by then. The time between renew deadline and lease duration is left
 * for that. Nor does it help against somebody who deletes the Lease under its holder.
 */
export class LeaderElector implements Fence {
  /** Resolves when this process begins to lead; never if it does not. */
  readonly elected: Promise<void>
  /** Resolves when it is over: with the error if leadership was lost, with undefined after `stop`. Never rejects. */
  readonly ended: Promise<LeaderElectionLost | undefined>
  readonly #election: Election
  readonly #environment: ElectorEnvironment
  readonly #leadership: Leadership
  #lease: { readonly seen: Lease; readonly atMs: number } | undefined
  /** Of the newest try; undefined: it went well. */
  #lastError: string | undefined
  #term: Term | undefined
  /** The last term that was asked for; its answer may have been lost. */
  #attempted: Term | undefined
  #holder: string | undefined
  #loop: Promise<void> = Promise.resolve()
  #noteElected!: () => void
  #noteEnded!: (error: LeaderElectionLost | undefined) => void

  constructor(options: LeaderElectionOptions, environment: ElectorEnvironment) {
    this.#election = checkedElection(options)
    this.#environment = environment
    this.elected = new Promise((resolve) => (this.#noteElected = resolve))
    this.ended = new Promise((resolve) => (this.#noteEnded = resolve))
    this.#leadership = new Leadership(environment.clock, this.#election.renewDeadlineMs, () =>
      this.#lose('it could not be renewed in time'),
    )
  }

  isLeader(): boolean {
    return this.#leadership.holds
  }

  /** The Lease as it was last seen. */
  get lease(): Lease | undefined {
    return this.#lease?.seen
  }

  get signal(): AbortSignal {
    return this.#leadership.signal
  }

  /** Throws LeaderElectionLost unless this process leads now. */
  assertLeading(): void {
    if (!this.isLeader()) throw new LeaderElectionLost(this.#election.id, 'this process does not lead')
  }

  /** Begins to compete, and goes on until it leads, loses or is stopped. */
  start(): void {
    this.#environment.onLeading?.(false)
    this.#loop = this.#run()
  }

  /** Ends it; a Lease that is held is given up if the options say so. The caller must have stopped acting. */
  async stop(): Promise<void> {
    const term = this.#leadership.isOver ? undefined : (this.#term ?? this.#attempted)
    this.#end(undefined)
    await this.#loop
    if (term !== undefined && this.#election.releaseOnCancel) await this.#release(term)
  }

  async #run(): Promise<void> {
    const { retryPeriodMs } = this.#election
    const { random, log } = this.#environment
    log.info('competing for the lease', { lease: this.#name, identity: this.#election.identity })
    while (!this.#isOver) {
      await this.#attempt()
      await this.#pause(this.#term === undefined ? retryPeriodMs * (1 + JITTER_FACTOR * randomFloat(random)) : retryPeriodMs)
    }
  }

  get #isOver(): boolean {
    return this.#leadership.isOver
  }

  get #name(): string {
    return `${this.#election.namespace}/${this.#election.id}`
  }

  async #pause(ms: number): Promise<void> {
    await sleep(this.#environment.clock, ms, { signal: this.#leadership.signal }).catch(() => undefined)
  }

  /** One try to acquire or to renew. Never throws: what failed is tried again, until the deadline ends it. */
  async #attempt(): Promise<void> {
    try {
      if (this.#term === undefined || !(await this.#renewedAtOnce(this.#term))) {
        if (!this.#isOver) await this.#acquireOrRenew()
      }
      this.#lastError = undefined
    } catch (error) {
      if (!this.#isOver) this.#tellOf(error)
    }
  }

  /** A process that waits for its turn says once what keeps it from asking; one that leads says it each time, since its time runs out. */
  #tellOf(error: unknown): void {
    const isLeading = this.#term !== undefined
    const what = isLeading ? 'the lease could not be renewed yet' : 'the lease could not be acquired yet'
    // Somebody else was faster, or the same again: nothing to do about it.
    const isNoNews = !isLeading && (isConflict(error) || isAlreadyExists(error) || String(error) === this.#lastError)
    this.#environment.log[isNoNews ? 'debug' : 'warn'](what, { lease: this.#name, error: String(error) })
    this.#lastError = String(error)
  }

  /** Renews over what was last seen, without reading first. */
  async #renewedAtOnce(term: Term): Promise<boolean> {
    try {
      await this.#write(term)
      return true
    } catch (error) {
      this.#environment.onSlowPath?.()
      this.#environment.log.debug('reading the lease before it is renewed', { lease: this.#name, error: String(error) })
      return false
    }
  }

  async #acquireOrRenew(): Promise<void> {
    const found = await this.#read()
    if (this.#isOver) return
    if (found !== undefined) this.#observe(found)
    if (this.#term !== undefined) {
      if (found !== undefined && !showsTerm(found, this.#election, this.#term)) return this.#lose('somebody else holds it')
      if (found === undefined) this.#lease = undefined
      return this.#write(this.#term)
    }
    // An earlier try of ours may have taken effect without our hearing of it.
    if (found !== undefined && showsTerm(found, this.#election, this.#attempted)) return this.#write(this.#attempted!)
    if (this.#isHeldByOther()) return
    if (found === undefined) this.#lease = undefined
    await this.#write(nextTerm(found, this.#environment.clock.wallMs()))
  }

  /** Whether the last Lease that was seen is still good; a Lease that was deleted meanwhile too, since its holder may not know. */
  #isHeldByOther(): boolean {
    if (this.#lease === undefined || !isHeld(this.#lease.seen)) return false
    const { seen, atMs } = this.#lease
    const durationMs = (seen.spec.leaseDurationSeconds ?? this.#election.leaseDurationMs / 1000) * 1000
    return this.#environment.clock.monotonicMs() < atMs + durationMs
  }

  /** Seen is when the answer came, not when it was asked for: the later of both, so that a slow answer makes nobody hasty. */
  #observe(lease: Lease): void {
    const { clock, log } = this.#environment
    if (this.#lease?.seen.metadata.resourceVersion !== lease.metadata.resourceVersion)
      this.#lease = { seen: lease, atMs: clock.monotonicMs() }
    const holder = lease.spec?.holderIdentity
    if (holder && holder !== this.#holder) log.info('a new leader was elected', { lease: this.#name, holder })
    this.#holder = holder
  }

  async #read(): Promise<Lease | undefined> {
    const { namespace, id: name } = this.#election
    try {
      return await this.#inTime((signal) => this.#environment.client.get(LeaseKind, { namespace, name }, { signal }))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Writes the Lease as this process holds it; what counts is when it was sent. */
  async #write(term: Term): Promise<void> {
    const { client, clock } = this.#environment
    this.#attempted = term
    const sent = this.#leadership.moment()
    const lease = heldLease(this.#lease?.seen, this.#election, term, clock.wallMs())
    const answer = await this.#inTime((signal) =>
      this.#lease === undefined ? client.create(LeaseKind, lease, { signal }) : client.update(LeaseKind, lease, { signal }),
    ).catch((error: unknown) => {
      // Only what was not refused may have taken effect.
      if (isConflict(error) || isAlreadyExists(error)) this.#attempted = this.#term
      throw error
    })
    this.#observe(answer)
    if (this.#isOver || !this.#leadership.extend(sent)) return
    if (this.#term !== undefined) return
    this.#term = term
    this.#environment.log.info('this process leads', { lease: this.#name, identity: this.#election.identity })
    this.#environment.onLeading?.(true)
    this.#noteElected()
  }

  /** Half of the renew deadline for each request, as controller-runtime allows, so that one lost answer does not end a leadership. */
  #inTime<A>(request: (signal: AbortSignal) => Promise<A>): Promise<A> {
    return withinTime(this.#environment.clock, this.#election.renewDeadlineMs / 2, this.#leadership.signal, request)
  }

  #lose(why: string): void {
    if (this.#term === undefined || this.#leadership.isOver) return
    const error = new LeaderElectionLost(this.#name, why)
    this.#environment.log.error(error.message)
    this.#end(error)
  }

  #end(error: LeaderElectionLost | undefined): void {
    if (this.#leadership.isOver) return
    this.#leadership.end()
    if (this.#term !== undefined) this.#environment.onLeading?.(false)
    this.#noteEnded(error)
  }

  /** A write that was under way when it ended may have taken effect, so the Lease is read again if it is not as remembered. */
  async #release(term: Term): Promise<void> {
    const { client, clock, log } = this.#environment
    const { namespace, id: name, renewDeadlineMs } = this.#election
    const inTime = <A>(request: (signal: AbortSignal) => Promise<A>): Promise<A> =>
      withinTime(clock, renewDeadlineMs / 2, undefined, request)
    try {
      const seen = this.#lease?.seen
      if (seen !== undefined && showsTerm(seen, this.#election, term)) {
        const released = releasedLease(seen, this.#election, clock.wallMs())
        if (await inTime((signal) => client.update(LeaseKind, released, { signal })).catch(() => undefined)) return
      }
      const lease = await inTime((signal) => client.get(LeaseKind, { namespace, name }, { signal }))
      if (!showsTerm(lease, this.#election, term)) return
      await inTime((signal) => client.update(LeaseKind, releasedLease(lease, this.#election, clock.wallMs()), { signal }))
    } catch (error) {
      log.warn('the lease could not be given up', { lease: this.#name, error: String(error) })
    }
  }
}
