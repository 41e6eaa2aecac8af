import type { Kind, KubeList, KubeObject, ObjectName, Status, WatchEvent } from '@kubetape/apimachinery'
import { type Clock, sleep } from '@kubetape/determinism'
import { clockTimer } from '@kubetape/determinism/rxjs'
import { concatMap, defer, Observable, Subject, Subscription, throwError } from 'rxjs'
import {
  type Client,
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type Patch,
  RequestFailed,
  type WatchOptions,
  type WriteOptions,
} from '../client.ts'
import type { Verb } from '../wire-request.ts'
import { Crashed } from './crashed.ts'
import { type FaultRule, isWatchFault, type RequestFault, type RequestRecord, ruleMatches, type WatchFault } from './fault.ts'
import { faultyWatch } from './faulty-watch.ts'

export interface FaultPlan {
  /** Where several rules befall one request, delays add up and the first other fault counts. Default: none, so that requests are only recorded. */
  readonly faults?: readonly FaultRule[]
  /** Needed by delays. */
  readonly clock?: Clock
}

/**
 * A client whose requests fail as planned. What a test may rely on:
 *
 * - Every request that is made is in `requests`, in the order of making, whatever becomes of it; those of a crashed process are not made.
 * - After a crash every request throws `Crashed`, answers that were under way too, and open watches fall silent, until `reset()`.
 * - Running once without faults gives the number of requests, and so every boundary at which a crash can be tried.
 */
export class FaultyClient implements Client {
  readonly #client: Client
  readonly #clock: Clock | undefined
  readonly #requests: RequestRecord[] = []
  readonly #crashes = new Subject<void>()
  #rules: readonly FaultRule[] = []
  #met = new Map<FaultRule, number>()
  #crashed = false
  /** Counts processes: what belongs to an earlier one stays dead after a reset. */
  #process = 1

  constructor(client: Client, { faults = [], clock }: FaultPlan = {}) {
    this.#client = client
    this.#clock = clock
    this.#plan(faults)
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests
  }

  get crashed(): boolean {
    return this.#crashed
  }

  /** The process dies of something else than a request. */
  crash(): void {
    this.#crash()
  }

  /** The process starts again. Rules go on counting; new ones, when given, replace them and count from 1. */
  reset(faults?: readonly FaultRule[]): void {
    if (faults !== undefined) this.#plan(faults)
    this.#crashed = false
  }

  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: GetOptions): Promise<T> {
    return this.#request('get', kind, name, options, () => this.#client.get(kind, name, options))
  }

  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<KubeList<T>> {
    return this.#request('list', kind, options, options, () => this.#client.list(kind, options))
  }

  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#request('create', kind, object.metadata, options, () => this.#client.create(kind, object, options), object)
  }

  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#request('update', kind, object.metadata, options, () => this.#client.update(kind, object, options), object)
  }

  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T> {
    return this.#request('patch', kind, name, options, () => this.#client.patch(kind, name, patch, options), patch)
  }

  delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: DeleteOptions): Promise<T | Status> {
    return this.#request('delete', kind, name, options, () => this.#client.delete(kind, name, options))
  }

  deleteCollection<T extends KubeObject>(kind: Kind<T>, options?: ListOptions & DeleteOptions): Promise<KubeList<T> | Status> {
    return this.#request('deletecollection', kind, options, options, () => this.#client.deleteCollection(kind, options))
  }

  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): Observable<WatchEvent<T>> {
    return defer(() => {
      if (this.#crashed) return throwError(() => new Crashed())
      const { delayMs, fault } = this.#begin('watch', kind, options, options)
      const started = defer(() => this.#startWatch(kind, options, fault))
      return delayMs > 0 ? this.#whileAlive(clockTimer(this.#clock!, delayMs)).pipe(concatMap(() => started)) : started
    })
  }

  #startWatch<T extends KubeObject>(
    kind: Kind<T>,
    options: WatchOptions | undefined,
    fault: PlannedFault | undefined,
  ): Observable<WatchEvent<T>> {
    switch (fault?.type) {
      case 'refuse':
        return throwError(() => fault.error)
      case 'lose-answer':
        return throwError(() => answerLost('watch'))
      case 'crash-before':
      case 'crash-after':
        return throwError(() => this.#crash())
      default: {
        const source = this.#client.watch(kind, options)
        return this.#whileAlive(fault === undefined ? source : faultyWatch(source, fault))
      }
    }
  }

  async #request<T>(
    verb: Verb,
    kind: Kind,
    target: Target | undefined,
    options: Options | undefined,
    carryOut: () => Promise<T>,
    body?: unknown,
  ): Promise<T> {
    this.#mustLive()
    const process = this.#process
    const { delayMs, fault } = this.#begin(verb, kind, target, options, body)
    if (delayMs > 0) {
      await sleep(this.#clock!, delayMs, options?.signal === undefined ? {} : { signal: options.signal })
      this.#mustLive(process)
    }
    if (fault?.type === 'refuse') throw fault.error
    if (fault?.type === 'crash-before') throw this.#crash()
    const [outcome] = await Promise.allSettled([carryOut()])
    // What the server said, good or bad, is not heard by a process that died or lost its connection meanwhile.
    this.#mustLive(process)
    if (fault?.type === 'lose-answer') throw answerLost(verb)
    if (fault?.type === 'crash-after') throw this.#crash()
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  #begin(
    verb: Verb,
    kind: Kind,
    target: Target | undefined,
    options: Options | undefined,
    body?: unknown,
  ): { delayMs: number; fault: PlannedFault | undefined } {
    const record: RequestRecord = {
      sequence: this.#requests.length + 1,
      verb,
      group: kind.group,
      resource: kind.resource,
      subresource: options?.subresource ?? '',
      namespace: target?.namespace ?? '',
      name: target?.name ?? '',
      ...(body === undefined ? {} : { body }),
      ...(options?.cause === undefined ? {} : { cause: options.cause }),
    }
    this.#requests.push(record)
    let delayMs = 0
    let planned: PlannedFault | undefined
    for (const rule of this.#rules) {
      if (!ruleMatches(rule, record)) continue
      const count = (this.#met.get(rule) ?? 0) + 1
      this.#met.set(rule, count)
      if (rule.at !== undefined && rule.at !== count) continue
      if (rule.fault.type === 'delay') delayMs += rule.fault.delayMs
      else planned ??= rule.fault
    }
    return { delayMs, fault: planned }
  }

  #plan(faults: readonly FaultRule[]): void {
    if (this.#clock === undefined && faults.some(({ fault }) => fault.type === 'delay'))
      throw new TypeError('Cannot plan a delay: the plan has no clock')
    for (const { at, fault } of faults) {
      if (at !== undefined && !(Number.isInteger(at) && at >= 1))
        throw new RangeError(`Cannot plan a fault at request ${at}: requests count from 1`)
      if (isWatchFault(fault) && (fault.afterEvents ?? 0) < 0) throw new RangeError(`Cannot plan a fault after ${fault.afterEvents} events`)
    }
    this.#rules = faults
    this.#met = new Map()
  }

  #mustLive(process = this.#process): void {
    if (this.#crashed || process !== this.#process) throw new Crashed()
  }

  #crash(): Crashed {
    this.#crashed = true
    this.#process++
    this.#crashes.next()
    return new Crashed('Cannot go on: the process crashes here, as planned')
  }

  /** `source`, cut off without a word when the process dies. */
  #whileAlive<T>(source: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      let dead = false
      const upstream = new Subscription()
      subscriber.add(upstream)
      subscriber.add(
        this.#crashes.subscribe(() => {
          dead = true
          upstream.unsubscribe()
        }),
      )
      const pass = (act: () => void) => (): void => {
        if (!dead) act()
      }
      upstream.add(
        source.subscribe({
          next: (value) => pass(() => subscriber.next(value))(),
          error: (error) => pass(() => subscriber.error(error))(),
          complete: pass(() => subscriber.complete()),
        }),
      )
    })
  }
}

type PlannedFault = Exclude<RequestFault, { type: 'delay' }> | WatchFault
type Target = { readonly namespace?: string; readonly name?: string }
type Options = Pick<WriteOptions, 'subresource' | 'cause' | 'signal'>

const answerLost = (verb: Verb): RequestFailed => new RequestFailed(`Cannot ${verb}: the answer was lost, as planned`)

/** `client` with faults: fails, delays, loses answers, crashes or breaks watches at the requests that the plan names, and records them all. */
export function faultyClient(client: Client, plan: FaultPlan = {}): FaultyClient {
  return new FaultyClient(client, plan)
}
