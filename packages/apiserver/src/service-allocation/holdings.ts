/** What of something that exists once (addresses, ports) is held, and by how many: objects that are stored, and requests that are on their way. */
export class Holdings {
  readonly #of = new Map<string, readonly string[]>()
  readonly #holders = new Map<string, number>()
  readonly #changed: (one: string, isHeld: boolean) => void

  /** `changed` is told when something gets its first holder, and when it loses the last one. */
  constructor(changed: (one: string, isHeld: boolean) => void) {
    this.#changed = changed
  }

  isHeld(one: string): boolean {
    return this.#holders.has(one)
  }

  /** By how many it is held. */
  holders(one: string): number {
    return this.#holders.get(one) ?? 0
  }

  /** Everything that is held. */
  held(): Iterable<string> {
    return this.#holders.keys()
  }

  /** From now on the holder holds exactly these; an empty list lets it go. */
  hold(holder: string, things: readonly string[]): void {
    const before = this.#of.get(holder) ?? []
    if (things.length === 0) this.#of.delete(holder)
    else this.#of.set(holder, things)
    // First what is new: what is held on to is never free in between.
    for (const one of things) this.#count(one, 1)
    for (const one of before) this.#count(one, -1)
  }

  #count(one: string, more: 1 | -1): void {
    const before = this.#holders.get(one) ?? 0
    const now = before + more
    if (now === 0) this.#holders.delete(one)
    else this.#holders.set(one, now)
    if (before === 0 || now === 0) this.#changed(one, now > 0)
  }
}
