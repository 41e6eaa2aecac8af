import { deepFreeze, type Kind, type KubeObject, objectKey, parseExactJson } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { createStore, type IndexFunctions, type Store, type StoreWriter } from '@kubetape/informers'
import { parseLogKey, resourcePrefix } from '@kubetape/storage'
import { isRecording } from './recording-object.ts'

const PAGE = 1000
/** Resources that are served under one API group and stored under another (storage of Events, KEP-383). */
const STORED_UNDER: ReadonlyMap<string, { readonly group: string; readonly version: string }> = new Map([
  ['events.k8s.io/events', { group: '', version: 'v1' }],
])

/**
 * What an informer of one kind showed at a revision, folded from the tape. Moves both ways, so that runs which overlapped can be replayed one
 * after the other; moving costs the entries in between.
 */
export class View {
  /** What a run reads. Reading what the tape no longer knows throws `NotOnTape`. */
  readonly store: Pick<Store<KubeObject>, 'get' | 'list' | 'byIndex' | 'firstByIndex' | 'resourceVersion'>
  readonly #known: Store<KubeObject>
  readonly #writer: StoreWriter<KubeObject>
  readonly #reader: LogReader
  readonly #prefix: string
  readonly #namespaced: boolean
  readonly #kind: Kind
  readonly #overlay = new Map<string, number>()
  /** Keys whose value at this revision cannot be shown, with why not. */
  readonly #hidden = new Map<string, string>()
  #revision = 0

  constructor(reader: LogReader, kind: Kind, indexes: IndexFunctions<KubeObject>) {
    const { store, writer } = createStore(indexes)
    this.#known = store
    const versionNow = (): string => (this.#revision === 0 ? '' : String(this.#revision))
    this.store = {
      get resourceVersion() {
        return versionNow()
      },
      get: (key) => {
        this.#mustBeShown(key)
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
      firstByIndex: (index, range, passes) => {
        this.#mustBeWhole()
        return store.firstByIndex(index, range, passes)
      },
    }
    this.#writer = writer
    this.#reader = reader
    this.#prefix = resourcePrefix(kind)
    this.#namespaced = kind.namespaced
    this.#kind = kind
  }

  /** A control plane's tape has what is in it; what its controllers see of other clusters is on tapes that record it. */
  get #isElsewhere(): boolean {
    return this.#kind.cluster !== undefined && !isRecording(this.#reader)
  }

  get revision(): number {
    return this.#revision
  }

  /**
   * Shows the state at `revision`; own writes up to there are part of it. Throws `NotOnTape` for what was compacted, and where the resource
   * is on the tape under another API group.
   */
  moveTo(revision: number): void {
    if (this.#isElsewhere)
      throw new NotOnTape(
        `it read ${this.#kind.resource} of cluster "${this.#kind.cluster}", of which this tape has no copy: record both on one`,
      )
    const compacted = this.#reader.compactedRevision()
    if (revision < compacted && revision > 0)
      throw new NotOnTape(`the tape was compacted up to ${compacted}, and it read ${this.#kind.resource} at ${revision}`)
    this.#mustBeStoredAsServed(revision)
    for (const [key, at] of this.#overlay) if (at <= revision) this.#overlay.delete(key)
    if (revision > this.#revision) this.#forward(revision)
    else if (revision < this.#revision) this.#back(revision)
    this.#revision = revision
  }

  /** Shows an own write that the informer had not been told of yet. */
  show(object: KubeObject, revision: number, gone = false): void {
    if (this.#isElsewhere) return
    const key = objectKey(object)
    if (revision <= Math.max(this.#revision, this.#overlay.get(key) ?? 0)) return
    this.#overlay.set(key, revision)
    this.#set(key, gone ? undefined : object)
  }

  /** Shows the own write that this entry is. */
  showEntry(entry: Entry): void {
    if (this.#isElsewhere || entry.revision <= this.#revision) return
    const key = this.#keyOf(entry)
    this.#overlay.set(key, entry.revision)
    this.#restore(entry, key)
  }

  /** Shows the own write at this revision, if the tape has it. */
  showRevision(revision: number): void {
    const entry = this.#reader.entry(revision)
    if (entry !== undefined) this.showEntry(entry)
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
    else if (entry.value === undefined) this.#hide(key, 'a version that was erased')
    else {
      const object = parseObject(entry.value)
      const other = otherForm(this.#kind, object)
      if (other === undefined) this.#set(key, object)
      else this.#hide(key, other)
    }
  }

  #hide(key: string, why: string): void {
    this.#set(key, undefined)
    this.#hidden.set(key, why)
  }

  #set(key: string, object: KubeObject | undefined): void {
    this.#hidden.delete(key)
    const present = this.#known.get(key)
    if (object !== undefined) this.#writer.apply(object)
    else if (present !== undefined) this.#writer.remove(present)
  }

  #mustBeWhole(): void {
    for (const key of this.#hidden.keys()) this.#mustBeShown(key)
  }

  #mustBeShown(key: string): void {
    const why = this.#hidden.get(key)
    if (why !== undefined) throw new NotOnTape(`it read ${this.#kind.resource} "${key}" at ${this.#revision}, ${why}`)
  }

  /** An API server of ours keeps such a resource under the other group; a recorder of it under the group that it watched. */
  #mustBeStoredAsServed(revision: number): void {
    const { group, resource } = this.#kind
    const stored = STORED_UNDER.get(`${group}/${resource}`)
    if (stored === undefined || revision < 1) return
    const [other] = this.#reader.entries({ from: 1, to: revision, limit: 1, prefix: resourcePrefix({ group: stored.group, resource }) })
    if (other !== undefined)
      throw new NotOnTape(`it read ${resource} of ${groupVersion(this.#kind)}, which the tape has as ${groupVersion(stored)} only`)
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

/** Says how the tape has an object that was served as another group and version; undefined for the same one. */
export function otherForm(kind: Kind, { apiVersion }: KubeObject): string | undefined {
  const served = groupVersion(kind)
  return apiVersion === undefined || apiVersion === served ? undefined : `served as ${served}, which the tape has as ${apiVersion} only`
}

function groupVersion({ group, version }: { readonly group: string; readonly version: string }): string {
  return group ? `${group}/${version}` : version
}

/** An entry's bytes as a frozen object. */
export function parseObject(value: Uint8Array): KubeObject {
  return deepFreeze(parseExactJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as KubeObject)
}
