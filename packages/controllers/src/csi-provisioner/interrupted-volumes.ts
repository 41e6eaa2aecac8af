import type { VolumeIntent } from './volume-intent.ts'

/**
 * Operations of an earlier life of this controller of which nobody knows how they ended: a crash came between the call of the driver and the
 * PersistentVolume, or the driver had not said the last word. Read anew at every start, each is handed out once, to the run that goes on with it.
 */
export class InterruptedVolumes {
  readonly #read: () => readonly VolumeIntent[]
  readonly #byKey = new Map<string, VolumeIntent[]>()

  constructor(read: () => readonly VolumeIntent[]) {
    this.#read = read
  }

  /** Reads what there is now; answers the keys of the claims that they were for. */
  refresh(): string[] {
    this.#byKey.clear()
    for (const intent of this.#read()) {
      const key = `${intent.claim.namespace}/${intent.claim.name}`
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), intent])
    }
    return [...this.#byKey.keys()]
  }

  /** Those for the claims of this key, once. */
  take(key: string): readonly VolumeIntent[] {
    const taken = this.#byKey.get(key) ?? []
    this.#byKey.delete(key)
    return taken
  }
}
