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
  readonly store: Store<KubeObject>
  readonly #writer: StoreWriter<KubeObject>
  readonly #reader: LogReader
  readonly #prefix: string
  readonly #namespaced: boolean
  readonly #overlay = new Map<string, number>()
  #revision = 0

  constructor(reader: LogReader, kind: Kind, indexes: IndexFunctions<KubeObject>) {
    const { store, writer } = createStore(indexes)
    this.store = store
    this.#writer = writer
    this.#reader = reader
    this.#prefix = resourcePrefix(kind)
    this.#namespaced = kind.namespaced
  }

  get revision(): number {
    return this.#revision
  }

  /** Shows the state at `revision`; own writes up to there are part of it. */
  moveTo(revision: number): void {
    for (const [key, at] of this.#overlay) if (at <= revision) this.#overlay.delete(key)
    if (revision > this.#revision) this.#forward(revision)
    else if (revision < this.#revision) this.#back(revision)
    this.#revision = revision
  }

  /** Shows an own write that the informer had not been told of yet. */
  show(object: KubeObject, revision: number): void {
    if (revision <= this.#revision) return
    this.#overlay.set(objectKey(object), revision)
    this.#put(object)
  }

  /** Takes back what `show` showed: the next run sees what its own record says. */
  clearOwnWrites(): void {
    for (const key of this.#overlay.keys()) this.#restore(this.#reader.latest(this.#prefix + key, this.#revision), key)
    this.#overlay.clear()
  }

  #forward(to: number): void {
    for (let from = this.#revision + 1; ; ) {
      const page = this.#reader.entries({ from, to, limit: PAGE, prefix: this.#prefix })
      for (const entry of page) this.#restore(entry, this.#keyOf(entry))
      if (page.length < PAGE) return
      from = page.at(-1)!.revision + 1
    }
  }

  #back(to: number): void {
    const undone = new Set<string>()
    for (let from = to + 1; ; ) {
      const page = this.#reader.entries({ from, to: this.#revision, limit: PAGE, prefix: this.#prefix })
      for (const entry of page) undone.add(this.#keyOf(entry))
      if (page.length < PAGE) break
      from = page.at(-1)!.revision + 1
    }
    for (const key of undone) this.#restore(this.#reader.latest(this.#prefix + key, to), key)
  }

  /** Makes `key` what this entry says; undefined: it did not exist. */
  #restore(entry: Entry | undefined, key: string): void {
    if (entry?.value !== undefined && entry.operation !== 'delete') {
      this.#put(parseObject(entry.value))
      return
    }
    const present = this.store.get(key)
    if (present !== undefined) this.#writer.remove(present)
  }

  #put(object: KubeObject): void {
    this.#writer.apply(object)
  }

  #keyOf({ key }: Entry): string {
    const { namespace, name } = parseLogKey(key)
    return this.#namespaced ? `${namespace}/${name}` : name
  }
}

/** An entry's bytes as a frozen object. */
export function parseObject(value: Uint8Array): KubeObject {
  return deepFreeze(JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as KubeObject)
}
