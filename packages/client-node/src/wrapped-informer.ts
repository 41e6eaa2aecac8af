import type { Informer as TheirInformer, KubernetesObject, ObjectCache } from '@kubernetes/client-node'
import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import { Informer, type StoreChange, type WatchedClient } from '@kubetape/informers'
import { featureGates, WatchListClient } from '@kubetape/client-go-features'
import { type Clock, type Random, uidSource } from '@kubetape/determinism'
import type { Trigger } from '@kubetape/journal'
import { kindId } from '@kubetape/runtime'
import type { ParsedPath } from './collection-path.ts'
import { HandlerRun } from './handler-run.ts'
import { type GivenList, ListingClient } from './listing-client.ts'
import type { SharedTape, Shown } from './shared-tape.ts'
import { wireForm } from './wire-form.ts'

export interface WrappedInformerOptions {
  readonly client: Pick<WatchedClient, 'watch'> & { close?(): void }
  readonly collection: ParsedPath
  readonly list: () => Promise<GivenList>
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  /** Joins a tape; undefined: nothing is recorded. */
  readonly join?: (shown: Shown) => Promise<SharedTape>
}

type Verb = 'add' | 'update' | 'delete' | 'connect' | 'error'
type Handler = (argument?: never) => unknown

type Readable = Pick<Informer['store'], 'get' | 'list'>

const VERBS = { added: 'add', updated: 'update', deleted: 'delete' } as const
/** The list is the user's own function, so it cannot be streamed. */
const GATES = { enabled: (feature: string): boolean => feature !== WatchListClient && featureGates().enabled(feature) }

/** What happens between `start` and `stop`. */
interface Session {
  /** The first list is there, or the first request has failed. */
  readonly begun: Promise<void>
  /** Undefined until the tape is open. */
  informer: Informer | undefined
  tape: SharedTape | undefined
  isOver: boolean
}

/** The face of client-node's informer before one of ours. */
export class WrappedInformer<T extends KubernetesObject> implements TheirInformer<T>, ObjectCache<T> {
  readonly #options: WrappedInformerOptions
  readonly #handlers: Record<Verb, Handler[]> = { add: [], update: [], delete: [], connect: [], error: [] }
  #session: Session | undefined
  /** What was shown last: a new session begins with an empty store, and handlers hear of differences only. */
  #shown: Readable | undefined

  constructor(options: WrappedInformerOptions) {
    this.#options = options
  }

  on(verb: Verb | 'change', handler: (argument: never) => unknown): void {
    for (const one of this.#named(verb)) one.push(handler as Handler)
  }

  off(verb: Verb | 'change', handler: (argument: never) => unknown): void {
    for (const one of this.#named(verb)) {
      const at = one.indexOf(handler as Handler)
      if (at >= 0) one.splice(at, 1)
    }
  }

  /** Resolves when the first list is there or a request has failed; rejects when the tape cannot be opened. While it runs, it does nothing. */
  start(): Promise<void> {
    return (this.#session ??= this.#begin()).begun
  }

  /** Ends the watch. What was shown stays readable. Resolves when the tape, if there is one, is written. */
  async stop(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    this.#session = undefined
    session.isOver = true
    session.informer?.stop()
    this.#options.client.close?.()
    await session.tape?.release()
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#shown?.get(namespace === '' ? name : `${namespace}/${name}`) as T | undefined
  }

  list(namespace?: string): readonly T[] {
    return (this.#shown?.list(namespace) ?? []) as unknown as readonly T[]
  }

  #named(verb: Verb | 'change'): Handler[][] {
    if (verb === 'change') return [this.#handlers.add, this.#handlers.update, this.#handlers.delete]
    const handlers = (this.#handlers as Partial<Record<string, Handler[]>>)[verb]
    if (handlers === undefined) throw new Error(`Unknown verb: ${String(verb)}`)
    return [handlers]
  }

  #begin(): Session {
    let noteBegun: () => void = () => undefined
    const failedOrListed = new Promise<void>((resolve) => (noteBegun = resolve))
    const session: Session = {
      begun: Promise.resolve().then(async () => {
        await this.#run(session, noteBegun)
        await failedOrListed
      }),
      informer: undefined,
      tape: undefined,
      isOver: false,
    }
    session.begun.catch(() => {
      if (this.#session === session) this.#session = undefined
    })
    return session
  }

  async #run(session: Session, noteBegun: () => void): Promise<void> {
    const { client, collection, list, labelSelector, fieldSelector, clock, random, join } = this.#options
    const { kind, namespace } = collection
    const listing = new ListingClient({
      watch: client.watch.bind(client),
      list,
      onConnect: () => this.#emit(session, 'connect'),
      onError: (error) => {
        this.#emit(session, 'error', error)
        noteBegun()
      },
    })
    const whole = (object: KubeObject | undefined): KubeObject | undefined => object && listing.whole(wireForm(object))
    const informer = new Informer(listing, kind, {
      clock,
      random,
      gates: GATES,
      ...(namespace === '' ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(join === undefined ? {} : { onShown: (key, object, before) => session.tape?.shown(key, whole(object), whole(before)) }),
    })
    session.tape = await join?.({ kind, namespace, has: (key) => informer.store.get(key) !== undefined })
    if (session.isOver) {
      await session.tape?.release()
      noteBegun()
      return
    }
    session.informer = informer
    const before = this.#shown
    informer.changes.subscribe({
      next: (change) => this.#notice(session, change, before),
      complete: noteBegun,
    })
    void informer.synced.then(() => {
      session.tape?.listed()
      this.#forget(session, before)
      noteBegun()
    })
    informer.start()
  }

  /** Of what an earlier session showed, the first list tells only what has changed since. */
  #notice(session: Session, change: StoreChange<KubeObject>, before: Readable | undefined): void {
    if (session.isOver) return
    this.#shown = session.informer!.store
    const previous = change.initial && change.type === 'added' ? before?.get(objectKey(change.object)) : change.previous
    const type = change.type === 'added' && previous !== undefined ? 'updated' : change.type
    if (type === 'updated' && versionOf(previous) !== undefined && versionOf(previous) === versionOf(change.object)) return
    this.#deliver(session, type, change.object)
  }

  /** What went away between two sessions. */
  #forget(session: Session, before: Readable | undefined): void {
    if (session.isOver) return
    this.#shown = session.informer!.store
    for (const object of before?.list() ?? [])
      if (this.#shown.get(objectKey(object)) === undefined) this.#deliver(session, 'deleted', object)
  }

  #deliver(session: Session, type: StoreChange<KubeObject>['type'], object: KubeObject): void {
    const { tape } = session
    const { kind } = this.#options.collection
    for (const handler of [...this.#handlers[VERBS[type]]]) {
      if (tape === undefined) {
        this.#call(() => handler(object as never))
        continue
      }
      const { clock, random, name } = this.#options
      const trigger: Trigger = { cause: 'change', resource: kind.resource, key: objectKey(object), change: type, ...versionIn(object) }
      const run = new HandlerRun(
        { recording: tape.recording, clock, random, uids: uidSource(random) },
        {
          controller: name,
          key: objectKey(object),
          trigger,
          views: { [kindId(kind)]: tape.recording.positionOf(kind) },
          code: handler.toString(),
        },
      )
      this.#call(() => run.call(() => handler(object as never)), run)
    }
  }

  #emit(session: Session, verb: 'connect' | 'error', argument?: unknown): void {
    if (session.isOver) return
    for (const handler of [...this.#handlers[verb]]) this.#call(() => handler(argument as never))
  }

  /** Nobody waits for handlers: what goes wrong in one is nobody's to catch, as with client-node, and keeps no other from being called. */
  #call(handler: () => unknown, run?: HandlerRun): void {
    let result: unknown
    try {
      result = handler()
    } catch (error) {
      result = Promise.resolve().then(() => {
        throw error
      })
    }
    if (run === undefined) return
    if (!(result instanceof Promise)) run.end()
    else
      void result.then(
        () => run.end(),
        (error: unknown) => {
          run.end({ error })
          throw error
        },
      )
  }
}

const versionOf = (object: KubeObject | undefined): string | undefined => object?.metadata?.resourceVersion
const versionIn = (object: KubeObject): { resourceVersion?: string } => {
  const resourceVersion = versionOf(object)
  return resourceVersion === undefined ? {} : { resourceVersion }
}
