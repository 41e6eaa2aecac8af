import { controllerOf, type Kind, type KubeObject, objectKey, resourceWithCluster } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { RateLimiter } from '@kubetape/workqueue'
import { codeDigest } from './code-digest.ts'
import { type EventSource, timerSource } from './event-source.ts'
import { type Finalizing, withFinalizing } from './finalizing.ts'
import { keepingDeletions, type Predicate } from './predicate.ts'
import type { Reconcile } from './reconcile.ts'

/** How one watched kind leads to runs. */
export interface Watch<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>
  /** The keys to reconcile for a change; empty: none. */
  readonly map: (change: StoreChange<T>, lookup: KindLookup) => readonly string[]
  readonly predicate: Predicate<T> | undefined
  /** Wait this long for more changes of the same key; 0 or undefined: at once. */
  readonly delayMs: ((change: StoreChange<T>) => number) | undefined
}

/** Access to other informers from a mapping function. */
export type KindLookup = <T extends KubeObject>(
  kind: Kind<T>,
) => { get(key: string): T | undefined; list(namespace?: string): T[]; byIndex(index: string, value: string): T[] }

export interface WatchOptions<T extends KubeObject> {
  /** Lets updates through that it answers true to; additions and deletions always pass. */
  readonly predicate?: Predicate<T>
  readonly delayMs?: (change: StoreChange<T>) => number
}

export interface ControllerOptions {
  /** Keys reconciled at the same time; one key is never reconciled twice at once. Default 1. */
  readonly concurrencyMax?: number
  /** Runs every known object again after this time, as upstream's resync. Default: never. */
  readonly resyncMs?: number
  /**
   * Makes what decides how long a key waits after a failed run, and after one that answers `requeue`. A function, because a rate limiter counts:
   * each Manager needs one of its own. Default: `defaultControllerRateLimiter`, 5 ms doubling to 1000 s a key and 10 keys a second over all.
   */
  readonly rateLimiter?: (options: { readonly clock: Clock }) => RateLimiter<string>
  /** Changes with the controller's code; part of every run's record. Default: a digest of the reconcile function's text, without what it calls. */
  readonly codeVersion?: string
}

/** A controller, complete and inert: data plus one function. The Manager runs it; replay runs it again. */
export interface Controller {
  readonly name: string
  readonly kind: Kind
  readonly watches: readonly Watch[]
  /** Kinds that it only reads. */
  readonly reads: readonly Kind[]
  readonly indexes: ReadonlyMap<Kind, IndexFunctions<KubeObject>>
  /** What it watches beside these for as long as objects of one of its kinds say so. */
  readonly follows?: FollowedWatches
  /** What else than changes leads to runs. */
  readonly sources?: readonly EventSource[]
  readonly options: ControllerOptions
  readonly reconcile: Reconcile
}

/** Watches that come and go while a controller runs: each object of a kind that it watches may ask for some (a definition, for its custom resources). */
export interface FollowedWatches {
  readonly kind: Kind
  /** The watches that an object asks for; two objects never ask for the same kind. */
  readonly watches: (object: KubeObject) => readonly Watch[]
  /** The indexes of all of these kinds. */
  readonly indexes: IndexFunctions<KubeObject>
}

/** Starts the definition of a controller for one kind: `controllerFor(Job).owns(Pod).reconcile(fn)`. */
export function controllerFor<T extends KubeObject>(kind: Kind<T>, options: WatchOptions<T> = {}): ControllerBuilder<T> {
  return new ControllerBuilder<T>(kind, options as unknown as WatchOptions<KubeObject>)
}

export class ControllerBuilder<For extends KubeObject = KubeObject> {
  readonly #kind: Kind
  readonly #watches: Watch[] = []
  readonly #reads: Kind[] = []
  readonly #indexes = new Map<Kind, IndexFunctions<KubeObject>>()
  #name: string
  #options: ControllerOptions = {}
  #follows: FollowedWatches | undefined
  readonly #sources: EventSource[] = []
  #finalizing: Finalizing | undefined

  constructor(kind: Kind, options: WatchOptions<KubeObject>) {
    this.#kind = kind
    this.#name = kind.kind.toLowerCase()
    this.#watch(kind, (change) => [objectKey(change.object)], options)
  }

  /** The controller's name in logs, metrics and the journal. Default: the kind in lower case. */
  named(name: string): this {
    this.#name = name
    return this
  }

  with(options: ControllerOptions): this {
    this.#options = { ...this.#options, ...options }
    return this
  }

  /** Reconciles the owner (controller reference) of each changed object of `kind`. */
  owns<T extends KubeObject>(kind: Kind<T>, options: WatchOptions<T> = {}): this {
    return this.#watch(kind, (change) => ownerKeys(this.#kind, change), options)
  }

  /** Reconciles what `map` makes of each changed object of `kind`. */
  watches<T extends KubeObject>(kind: Kind<T>, map: Watch<T>['map'], options: WatchOptions<T> = {}): this {
    return this.#watch(kind, map, options)
  }

  /** Watches, beside these, what objects of `kind` ask for, for as long as they do. One kind at the most can be followed. */
  follows<T extends KubeObject>(kind: Kind<T>, watches: (object: T) => readonly Watch[], indexes: IndexFunctions<KubeObject> = {}): this {
    this.#follows = { kind, watches, indexes } as unknown as FollowedWatches
    return this
  }

  /** Reconciles the keys that something outside of the API emits. */
  source(name: string, keys: EventSource['keys']): this {
    this.#sources.push({ name, keys })
    return this
  }

  /** Reconciles the keys that `keys` answers, every `everyMs` milliseconds. */
  every(everyMs: number, keys: (lookup: KindLookup) => readonly string[]): this {
    this.#sources.push(timerSource(`every ${everyMs} ms`, everyMs, keys))
    return this
  }

  /**
   * Keeps `name` (`example.com/cleanup`) among the finalizers of every object, so that `cleanup` runs before one is gone; the reconcile
   * function is not called for objects that are being deleted. `cleanup` must bear being called again: a crash may come between it and the
   * removal of the finalizer. Answering `requeueAfterMs` or `requeue` keeps the finalizer until a later call. `on` says which objects have
   * it, by default all; one that it no longer holds for is cleaned up too.
   */
  finalizer(name: string, cleanup: Finalizing<For>['cleanup'], options: Pick<Finalizing<For>, 'on'> = {}): this {
    this.#finalizing = { name, cleanup, ...options } as unknown as Finalizing
    return this
  }

  /** Makes `kind` readable without causing runs. */
  reads<T extends KubeObject>(kind: Kind<T>): this {
    this.#reads.push(kind)
    return this
  }

  /** Files objects of `kind` under the values that `fn` answers, for `lister(kind).byIndex(name, value)`. */
  index<T extends KubeObject>(kind: Kind<T>, name: string, fn: (object: T) => readonly string[]): this {
    const known = this.#indexes.get(kind) ?? {}
    this.#indexes.set(kind, { ...known, [name]: fn as unknown as (object: KubeObject) => readonly string[] })
    return this
  }

  /** Completes the definition. */
  reconcile(reconcile: Reconcile): Controller {
    const cleanup = this.#finalizing?.cleanup.toString() ?? ''
    const options = { codeVersion: codeDigest(reconcile.toString() + cleanup), ...this.#options }
    return {
      name: this.#name,
      kind: this.#kind,
      watches: this.#watches,
      reads: this.#reads,
      indexes: this.#indexes,
      ...(this.#follows === undefined ? {} : { follows: this.#follows }),
      ...(this.#sources.length === 0 ? {} : { sources: this.#sources }),
      options,
      reconcile: this.#finalizing === undefined ? reconcile : withFinalizing(this.#kind, this.#finalizing, reconcile),
    }
  }

  #watch<T extends KubeObject>(kind: Kind<T>, map: Watch<T>['map'], { predicate, delayMs }: WatchOptions<T>): this {
    const watch: Watch<T> = { kind, map, predicate: predicate === undefined ? undefined : keepingDeletions(predicate), delayMs }
    this.#watches.push(watch as unknown as Watch)
    return this
  }
}

/** The owner after the change, and the one before it where they differ. */
function ownerKeys(kind: Kind, { object, previous }: StoreChange<KubeObject>): string[] {
  const keys = new Set<string>()
  for (const one of [object, previous]) {
    const owner = one === undefined ? undefined : controllerOf(one)
    if (owner === undefined || owner.kind !== kind.kind || (owner.apiVersion.split('/').at(-2) ?? '') !== kind.group) continue
    keys.add(kind.namespaced ? `${one!.metadata?.namespace ?? ''}/${owner.name}` : owner.name)
  }
  return [...keys]
}

/** Every kind that a controller sees, each once. */
export function kindsOf(controller: Controller): Kind[] {
  return [...new Map([...controller.watches.map((watch) => watch.kind), ...controller.reads].map((kind) => [kindId(kind), kind])).values()]
}

/** A kind's identity: descriptors of the same resource in the same cluster are the same. */
export function kindId(kind: Kind): string {
  return `${kind.group}/${kind.version}/${resourceWithCluster(kind)}`
}
