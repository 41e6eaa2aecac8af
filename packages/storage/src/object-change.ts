import type { StoredObject } from './stored-object.ts'

/** One committed change of one object, as watchers see it before their filters. */
export class ObjectChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The new state; of a deletion, the last state under the deletion's revision. */
  readonly object: StoredObject
  /** The state before; undefined for ADDED. */
  readonly previous: StoredObject | undefined
  #left: StoredObject | undefined
  #settled = false

  constructor(type: ObjectChange['type'], object: StoredObject, previous: StoredObject | undefined) {
    this.type = type
    this.object = object
    this.previous = previous
  }

  get revision(): number {
    return this.object.revision
  }

  /**
   * What a watcher gets whose selector the object has left: the state before, under the revision of this change, as upstream sends it.
   * Encoded once for all watchers that the change is delivered to as it happens.
   */
  get left(): StoredObject {
    if (this.#left !== undefined) return this.#left
    const { object } = this.previous!
    const left = this.object.withObject({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } })
    if (!this.#settled) this.#left = left
    return left
  }

  /** Everybody who listens has it: what stays in the window are bytes. */
  settle(): void {
    this.#settled = true
    this.#left = undefined
    this.previous?.supersede()
    if (this.type === 'DELETED') this.object.supersede()
  }
}
