/**
 * Lets operations on the same thing run one after the other, in the order in which they were asked for, and others at the same time. An operation
 * names all of its keys at once, so that no two can wait for each other.
 */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<void>>()

  async take<T>(keys: readonly string[], operation: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#last.get(key) ?? [])
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    for (const key of keys) this.#last.set(key, done)
    try {
      await Promise.all(before)
      return await operation()
    } finally {
      finish()
      for (const key of keys) if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}
