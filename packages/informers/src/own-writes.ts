import { compareResourceVersions, isResourceVersion } from '@kubetape/apimachinery'

/** An own write that the watch has not delivered yet. */
export interface OwnWrite<T> {
  readonly resourceVersion: string
  /** What the watch delivered last; undefined: nothing, or its deletion. */
  delivered: T | undefined
}

/** Own writes by key, in the order of their answers, which is nearly that of their resourceVersions. */
export class OwnWrites<T> {
  readonly #byKey = new Map<string, OwnWrite<T>>()

  get(key: string): OwnWrite<T> | undefined {
    return this.#byKey.get(key)
  }

  set(key: string, write: OwnWrite<T>): void {
    this.#byKey.delete(key)
    this.#byKey.set(key, write)
  }

  delete(key: string): void {
    this.#byKey.delete(key)
  }

  entries(): IterableIterator<[string, OwnWrite<T>]> {
    return this.#byKey.entries()
  }

  /**
   * Takes out what must have been delivered by now if it ever is: the watch has passed it. `thorough`: looks at all, otherwise only from the
   * oldest on, so that an event costs no more with many writes under way.
   */
  *passed(resourceVersion: string, thorough: boolean): Generator<[string, OwnWrite<T>]> {
    if (this.#byKey.size === 0 || !isResourceVersion(resourceVersion)) return
    for (const [key, write] of this.#byKey) {
      if (compareResourceVersions(write.resourceVersion, resourceVersion) <= 0) {
        this.#byKey.delete(key)
        yield [key, write]
      } else if (!thorough) return
    }
  }
}
