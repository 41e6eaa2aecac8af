import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { type IndexFunctions, Informer, type InformerOptions } from '@kubetape/informers'
import type { Client } from '@kubetape/client'
import { type Controller, kindId } from './controller.ts'
import { guardedIndexes } from './guarded-indexes.ts'
import { interruptionLog } from './interruption-log.ts'
import type { RunLog } from './reconcile.ts'
import type { Recording } from './recording.ts'

export interface SharedInformersOptions extends Pick<InformerOptions<KubeObject>, 'clock' | 'random' | 'gates' | 'mutationDetector'> {
  readonly client: Client
  /** Of namespaced kinds; undefined: all. */
  readonly namespace?: string
  readonly recording?: Recording
  readonly log: (fields: Record<string, unknown>) => RunLog
}

/** One informer per kind, whoever watches it, with the indexes that controllers declare. */
export class SharedInformers {
  readonly #options: SharedInformersOptions
  readonly #informers = new Map<string, Informer>()
  readonly #indexes = new Map<string, { functions: IndexFunctions<KubeObject>; of: readonly string[] }>()
  /** Indexes that every kind has, since a controller may come to watch it. */
  #followedIndexes: IndexFunctions<KubeObject> = {}
  /** Kinds whose informers were stopped: what was stopped cannot begin again. */
  readonly #released = new Set<string>()
  /** Kinds that somebody outside of the controllers asked for. */
  readonly #kept = new Set<string>()
  #isRunning = false
  #noteRelease: () => void = () => undefined
  #nextRelease: Promise<void>

  constructor(options: SharedInformersOptions) {
    this.#options = options
    this.#nextRelease = this.#untilRelease()
  }

  /** The informer of a kind, made when first asked for and started when the others are. */
  of(kind: Kind): Informer {
    const id = kindId(kind)
    let informer = this.#informers.get(id)
    if (informer === undefined) {
      informer = this.#new(kind)
      this.#informers.set(id, informer)
      if (this.#isRunning) informer.start()
    }
    return informer
  }

  /** Keeps the kind watched when no controller watches it any more, and lets it be watched anew that was released. */
  keep(kind: Kind): void {
    this.acquire(kind)
    this.#kept.add(kindId(kind))
  }

  /** Takes in what a controller files objects under; informers that run have it from now on. Throws where another one files differently. */
  addIndexes({ name, indexes, follows }: Controller): void {
    for (const [kind, functions] of indexes) {
      const known = this.#indexes.get(kindId(kind)) ?? { functions: {}, of: [] }
      for (const [index, fn] of Object.entries(functions)) {
        if (known.functions[index] !== undefined && known.functions[index] !== fn)
          throw new Error(`Cannot add index "${index}" of ${kind.resource}: another controller files under this name differently`)
      }
      const both = { functions: { ...known.functions, ...functions }, of: [...known.of, name] }
      this.#indexes.set(kindId(kind), both)
      this.#informers.get(kindId(kind))?.addIndexes(this.#guarded(kind, functions, [name]))
    }
    if (follows !== undefined) this.#followedIndexes = { ...this.#followedIndexes, ...follows.indexes }
  }

  start(): void {
    this.#isRunning = true
    for (const informer of [...this.#informers.values()]) informer.start()
  }

  get haveSynced(): boolean {
    return this.#needed().every((informer) => informer.hasSynced)
  }

  /** Resolves when those that are needed now have synced, or as soon as one of them is not needed any more. */
  async synced(): Promise<void> {
    await Promise.race([this.#nextRelease, Promise.all(this.#needed().map((informer) => informer.synced))])
  }

  /** Lets a kind be watched anew that was released. */
  acquire(kind: Kind): void {
    const id = kindId(kind)
    if (this.#released.delete(id)) this.#informers.delete(id)
  }

  /** Stops watching a kind that nobody needs any more, and forgets its indexes; what it showed stays readable. */
  release(kind: Kind): void {
    const id = kindId(kind)
    if (this.#kept.has(id)) return
    this.#indexes.delete(id)
    const informer = this.#informers.get(id)
    if (informer === undefined) return
    informer.stop()
    this.#released.add(id)
    this.#noteRelease()
    this.#nextRelease = this.#untilRelease()
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop()
  }

  /** What was released before it had synced never will. */
  #needed(): Informer[] {
    return [...this.#informers].flatMap(([id, informer]) => (this.#released.has(id) ? [] : [informer]))
  }

  #untilRelease(): Promise<void> {
    return new Promise((resolve) => (this.#noteRelease = resolve))
  }

  #new(kind: Kind): Informer {
    const { client, clock, random, gates, namespace, mutationDetector, recording, log } = this.#options
    const declared = this.#indexes.get(kindId(kind))
    const indexes = { ...this.#followedIndexes, ...declared?.functions }
    const informer: Informer = new Informer(client, kind, {
      clock,
      gates,
      random,
      ...(namespace && kind.namespaced ? { namespace } : {}),
      ...(mutationDetector === undefined ? {} : { mutationDetector }),
      ...(Object.keys(indexes).length > 0 ? { indexes: this.#guarded(kind, indexes, declared?.of ?? []) } : {}),
      ...(recording === undefined ? {} : { onShown: (key, object, before) => recording.shown(kind, key, object, before) }),
      onInterrupted: interruptionLog(() => log({ resource: kind.resource })),
    })
    if (recording !== undefined) void informer.synced.then(() => recording.listed(kind, informer.store))
    return informer
  }

  #guarded(kind: Kind, functions: IndexFunctions<KubeObject>, controllers: readonly string[]): IndexFunctions<KubeObject> {
    return guardedIndexes(functions, (index, key, error) =>
      this.#options.log({ controller: controllers.join(', '), key }).error('an index function failed', {
        resource: kind.resource,
        index,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    )
  }
}
