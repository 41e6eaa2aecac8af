import { type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type FollowedWatches, kindId, type Watch } from './controller.ts'

/** What is to be done so that a controller watches what its objects ask for. */
export interface FollowedChange {
  readonly begin: readonly Watch[]
  readonly end: readonly Kind[]
}

/** The watches that a controller has because objects ask for them. */
export class FollowedKinds {
  readonly #follows: FollowedWatches
  readonly #byObject = new Map<string, readonly Watch[]>()

  constructor(follows: FollowedWatches) {
    this.#follows = follows
  }

  /** Takes note of a change of an object that asks for watches. */
  noteChange({ type, object }: StoreChange<KubeObject>): FollowedChange {
    const key = objectKey(object)
    const before = this.#byObject.get(key) ?? []
    const after = type === 'deleted' ? [] : this.#follows.watches(object)
    if (after.length === 0) this.#byObject.delete(key)
    else this.#byObject.set(key, after)
    const has = (watches: readonly Watch[], { kind }: Watch): boolean => watches.some((one) => kindId(one.kind) === kindId(kind))
    return { begin: after.filter((one) => !has(before, one)), end: before.filter((one) => !has(after, one)).map(({ kind }) => kind) }
  }

  get kinds(): Kind[] {
    return [...this.#byObject.values()].flat().map(({ kind }) => kind)
  }
}
