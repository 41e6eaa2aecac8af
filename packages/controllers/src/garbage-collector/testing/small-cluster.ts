import { builtinSchemas, schemaOfKind } from '@kubetape/api'
import {
  alreadyExists,
  applyMergePatch,
  applyStrategicMergePatch,
  conflict,
  FOREGROUND_FINALIZER,
  type Kind,
  type KubeList,
  type KubeObject,
  notFound,
  OBJECT_MODIFIED,
  type ObjectName,
  ORPHAN_FINALIZER,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'

type Stored = KubeObject & { metadata: NonNullable<KubeObject['metadata']> }

interface Change {
  readonly resource: string
  readonly event: WatchEvent<Stored>
}
type Listener = (change: Change) => void

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 }

/**
 * The part of an API server that the collector and its neighbours lean on, in memory: versions, uids, preconditions, finalizers, deletion with
 * its policies. No admission, no validation, no defaults.
 */
export class SmallCluster implements Client {
  readonly #objects = new Map<string, Map<string, Stored>>()
  readonly #events: Change[] = []
  readonly #listeners = new Set<Listener>()
  /** Requests as `verb resource/name`, reads left out. */
  readonly writes: string[] = []
  #version = 100
  #uids = 0

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T> {
    return this.#find(kind, name) as unknown as T
  }

  async list<T extends KubeObject>(kind: Kind<T>, { namespace }: ListOptions = {}): Promise<KubeList<T>> {
    const items = [...this.#table(kind).values()].filter(({ metadata }) => !namespace || metadata.namespace === namespace)
    return { metadata: { resourceVersion: String(this.#version) }, items: items as unknown as T[] }
  }

  /** What rxjs takes for an Observable, without needing rxjs here. */
  watch<T extends KubeObject>(kind: Kind<T>, { resourceVersion = '0' }: WatchOptions = {}): never {
    const subscribe = (observer: { next(event: WatchEvent<T>): void }): { unsubscribe: () => void } => {
      let seen = Number(resourceVersion)
      const send: Listener = ({ resource, event }) => {
        const version = Number((event.object as Stored).metadata.resourceVersion)
        if (resource !== kind.resource || version <= seen) return
        seen = version
        observer.next(event as unknown as WatchEvent<T>)
      }
      this.#events.forEach(send)
      this.#listeners.add(send)
      return { unsubscribe: () => void this.#listeners.delete(send) }
    }
    const watching = { subscribe, '@@observable': () => watching }
    return watching as never
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T> {
    const { namespace, name = `generated-${this.#uids}` } = object.metadata ?? {}
    this.#note('create', kind, name)
    if (this.#table(kind).has(keyOf({ ...(namespace ? { namespace } : {}), name }))) throw alreadyExists(kind, name)
    const made = {
      apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version,
      kind: kind.kind,
      ...structuredClone(object),
    } as unknown as Stored
    made.metadata = { ...made.metadata, name, uid: `uid-${++this.#uids}` }
    return this.#put(kind, made, 'ADDED') as unknown as T
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T, { subresource }: WriteOptions = {}): Promise<T> {
    const { namespace, name = '', resourceVersion } = object.metadata ?? {}
    this.#note(subresource ? `update-${subresource}` : 'update', kind, name)
    const known = this.#find(kind, { ...(namespace ? { namespace } : {}), name })
    if (resourceVersion && resourceVersion !== known.metadata.resourceVersion) throw conflict(kind, name, OBJECT_MODIFIED)
    return this.#change(kind, known, structuredClone(object) as unknown as Stored) as unknown as T
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    target: ObjectName,
    { type, body }: Patch,
    { subresource }: WriteOptions = {},
  ): Promise<T> {
    this.#note(subresource ? `patch-${subresource}` : 'patch', kind, target.name)
    const known = this.#find(kind, target)
    const { uid, resourceVersion } = (body as KubeObject).metadata ?? {}
    if ((uid && uid !== known.metadata.uid) || (resourceVersion && resourceVersion !== known.metadata.resourceVersion))
      throw conflict(kind, target.name, OBJECT_MODIFIED)
    const next =
      type === 'strategic' ? applyStrategicMergePatch(known, body, schemaOfKind(kind), builtinSchemas) : applyMergePatch(known, body)
    return this.#change(kind, known, next) as unknown as T
  }

  async delete<T extends KubeObject>(
    kind: Kind<T>,
    target: ObjectName,
    { propagationPolicy = 'Background', preconditions, gracePeriodSeconds }: DeleteOptions = {},
  ): Promise<T | Status> {
    this.#note(`delete-${propagationPolicy}`, kind, target.name)
    const known = this.#find(kind, target)
    const { uid, resourceVersion } = preconditions ?? {}
    if ((uid && uid !== known.metadata.uid) || (resourceVersion && resourceVersion !== known.metadata.resourceVersion))
      throw conflict(kind, target.name, 'Precondition failed')
    const kept = (known.metadata.finalizers ?? []).filter((one) => one !== ORPHAN_FINALIZER && one !== FOREGROUND_FINALIZER)
    const finalizers = [
      ...kept,
      ...(propagationPolicy === 'Foreground' ? [FOREGROUND_FINALIZER] : propagationPolicy === 'Orphan' ? [ORPHAN_FINALIZER] : []),
    ]
    const isGraceful = gracePeriodSeconds !== 0 && kind.kind === 'Pod' && Boolean((known['spec'] as { nodeName?: string }).nodeName)
    const next = {
      ...known,
      metadata: {
        ...known.metadata,
        deletionTimestamp: '2024-08-13T00:00:00Z',
        ...(isGraceful ? { deletionGracePeriodSeconds: 30 } : { deletionGracePeriodSeconds: 0 }),
        finalizers,
      },
    }
    if (isGraceful || finalizers.length > 0) return this.#put(kind, next, 'MODIFIED') as unknown as T
    this.#remove(kind, next)
    return SUCCESS
  }

  async deleteCollection<T extends KubeObject>(kind: Kind<T>, options: ListOptions & DeleteOptions = {}): Promise<Status> {
    for (const { metadata } of (await this.list(kind, options)).items) await this.delete(kind, nameOf(metadata), options)
    return SUCCESS
  }

  #change(kind: Kind, known: Stored, next: Stored): Stored {
    const { finalizers, deletionTimestamp, deletionGracePeriodSeconds } = next.metadata
    const spec = next['spec'] as { finalizers?: string[] } | undefined
    const isGoing = deletionTimestamp !== undefined && (deletionGracePeriodSeconds ?? 0) === 0 && (finalizers ?? []).length === 0
    if (isGoing && (kind.kind !== 'Namespace' || (spec?.finalizers ?? []).length === 0)) return this.#remove(kind, next)
    return this.#put(kind, { ...next, metadata: { ...next.metadata, uid: known.metadata.uid! } }, 'MODIFIED')
  }

  #put(kind: Kind, object: Stored, type: 'ADDED' | 'MODIFIED'): Stored {
    object.metadata.resourceVersion = String(++this.#version)
    this.#table(kind).set(keyOf(nameOf(object.metadata)), object)
    this.#emit({ resource: kind.resource, event: { type, object } })
    return object
  }

  #remove(kind: Kind, object: Stored): Stored {
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } }
    this.#table(kind).delete(keyOf(nameOf(object.metadata)))
    this.#emit({ resource: kind.resource, event: { type: 'DELETED', object: last } })
    return last
  }

  #emit(change: Change): void {
    this.#events.push(change)
    void Promise.resolve().then(() => this.#listeners.forEach((listener) => listener(change)))
  }

  #find(kind: Kind, name: ObjectName): Stored {
    const found = this.#table(kind).get(keyOf(name))
    if (found === undefined) throw notFound(kind, name.name)
    return found
  }

  #table(kind: Kind): Map<string, Stored> {
    let table = this.#objects.get(kind.resource)
    if (table === undefined) this.#objects.set(kind.resource, (table = new Map<string, Stored>()))
    return table
  }

  #note(verb: string, kind: Kind, name: string): void {
    this.writes.push(`${verb} ${kind.resource}/${name}`)
  }
}

const keyOf = ({ namespace = '', name }: ObjectName): string => `${namespace}/${name}`
const nameOf = ({ namespace, name = '' }: NonNullable<KubeObject['metadata']> = {}): ObjectName => ({
  ...(namespace ? { namespace } : {}),
  name,
})
