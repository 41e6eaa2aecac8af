/** A place in the line of operations on one volume. */
export interface OperationPlace {
  /** Resolves when all operations before have left. */
  readonly turn: Promise<void>
  /** Leaves the line, also before it is this one's turn. */
  leave(): void
}

/**
 * One operation at a time on a volume, in the order in which they come: a cluster "is responsible for ensuring that there is no more than one
 * call in-flight per volume" (CSI specification, Concurrency).
 */
export class OperationKeys {
  readonly #lines = new Map<string, (() => void)[]>()

  enter(key: string): OperationPlace {
    const { promise: turn, resolve } = Promise.withResolvers<void>()
    const line = this.#lines.get(key) ?? []
    this.#lines.set(key, line)
    line.push(resolve)
    if (line.length === 1) resolve()
    const leave = (): void => {
      const place = line.indexOf(resolve)
      if (place < 0) return
      line.splice(place, 1)
      if (line.length === 0) this.#lines.delete(key)
      else if (place === 0) line[0]?.()
    }
    return { turn, leave }
  }
}
