import { deepFreeze, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { createStore, type IndexFunctions, type Store, type StoreWriter } from '@kubetape/informers'
import { parseLogKey, resourcePrefix } from '@kubetape/storage'

const PAGE = 1000

/**
 * What an informer of one kind showed at a revision, folded from the tape. Moves both ways, so that runs which overlapped can be replayed one
 * after the other; moving costs the entries in between.
 */
export class View {
  /** What a run reads. Reading what the tape no longer knows throws `NotOnTape`. */
  readonly store: Pick<Store<KubeObject>, 'get' | 'list' | 'byIndex'>
  readonly #known: Store<KubeObject>
  readonly #writer: StoreWriter<KubeObject>
  readonly #reader: LogReader
  readonly #prefix: string
  readonly #namespaced: boolean
  readonly #kind: string
  readonly #overlay = new Map<string, number>()
  /** Keys whose value at this revision was erased. */
  readonly #erased = new Set<string>()
  #revision = 0

  constructor(reader: LogReader, kind: Kind, indexes: IndexFunctions<KubeObject>) {
    const { store, writer } = createStore(indexes)
    this.#known = store
    this.store = {
      get: (key) => {
        if (this.#erased.has(key)) throw this.#notOnTape(key)
        return store.get(key)
      },
      list: (namespace) => {
        this.#mustBeWhole()
        return store.list(namespace)
      },
      byIndex: (index, value) => {
        this.#mustBeWhole()
        return store.byIndex(index, value)
      },
    }
    this.#writer = writer
    this.#reader = reader
    this.#prefix = resourcePrefix(kind)
    this.#namespaced = kind.namespaced
    this.#kind = kind.resource
  }

  get revision(): number {
    return this.#revision
  }

  /** Shows the state at `revision`; own writes up to there are part of it. Throws `NotOnTape` for what was compacted. */
  moveTo(revision: number): void {
    const compacted = this.#reader.compactedRevision()
    if (revision < compacted && revision > 0)
      throw new NotOnTape(`the tape was compacted up to ${compacted}, and it read ${this.#kind} at ${revision}`)
    for (const [key, at] of this.#overlay) if (at <= revision) this.#overlay.delete(key)
    if (revision > this.#revision) this.#forward(revision)
    else if (revision < this.#revision) this.#back(revision)
    this.#revision = revision
  }

  /** Shows an own write that the informer had not been told of yet. */
  show(object: KubeObject, revision: number, gone = false): void {
    const key = objectKey(object)
    if (revision <= Math.max(this.#revision, this.#overlay.get(key) ?? 0)) return
    this.#overlay.set(key, revision)
    this.#set(key, gone ? undefined : object)
  }

  /** Shows the own write that this entry is. */
  showEntry(entry: Entry): void {
    if (entry.revision <= this.#revision) return
    const key = this.#keyOf(entry)
    this.#overlay.set(key, entry.revision)
    this.#restore(entry, key)
  }

  /** Takes back what `show` showed: the next run sees what its own record says. */
  clearOwnWrites(): void {
    const keys = [...this.#overlay.keys()]
    this.#overlay.clear()
    for (const key of keys) this.#restore(this.#reader.latest(this.#prefix + key, this.#revision), key)
  }

  #forward(to: number): void {
    for (let from = this.#revision + 1; ;) {
      const page = this.#reader.entries({ from, to, limit: PAGE, prefix: this.#prefix })
      for (const entry of page) this.#moveKey(this.#keyOf(entry), entry)
      if (page.length < PAGE) return
      from = page.at(-1)!.revision + 1
    }
  }

  #back(to: number): void {
    const undone = new Set<string>()
    for (let from = to + 1; ;) {
      const page = this.#reader.entries({ from, to: this.#revision, limit: PAGE, prefix: this.#prefix })
      for (const entry of page) undone.add(this.#keyOf(entry))
      if (page.length < PAGE) break
      from = page.at(-1)!.revision + 1
    }
    for (const key of undone) this.#moveKey(key, this.#reader.latest(this.#prefix + key, to))
  }

  /** An own write that is newer than the revision stays in sight. */
  #moveKey(key: string, entry: Entry | undefined): void {
    if (!this.#overlay.has(key)) this.#restore(entry, key)
  }

  /** Makes `key` what this entry says; undefined: it did not exist. */
  #restore(entry: Entry | undefined, key: string): void {
    if (entry === undefined || entry.operation === 'delete') this.#set(key, undefined)
    else if (entry.value !== undefined) this.#set(key, parseObject(entry.value))
    else {
      this.#set(key, undefined)
      this.#erased.add(key)
    }
  }

  #set(key: string, object: KubeObject | undefined): void {
    this.#erased.delete(key)
    const present = this.#known.get(key)
    if (object !== undefined) this.#writer.apply(object)
    else if (present !== undefined) this.#writer.remove(present)
  }

  #mustBeWhole(): void {
    const [key] = this.#erased
    if (key !== undefined) throw this.#notOnTape(key)
  }

  #notOnTape(key: string): NotOnTape {
    return new NotOnTape(`it read ${this.#kind} "${key}" at ${this.#revision}, a version that was erased`)
  }

  #keyOf({ key }: Entry): string {
    const { namespace, name } = parseLogKey(key)
    return this.#namespaced ? `${namespace}/${name}` : name
  }
}

/** What a run was given is not on the tape any more, so nothing can be said of the run. */
export class NotOnTape extends Error {
  readonly code = 'NOT_ON_TAPE' as const

  constructor(what: string) {
    super(what)
    this.name = 'NotOnTape'
  }
}

/** An entry's bytes as a frozen object. */
export function parseObject(value: Uint8Array): KubeObject {
  return deepFreeze(JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as KubeObject)
}
