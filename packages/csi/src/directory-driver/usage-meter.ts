import type { Clock } from '@kubetape/determinism'
import type { StoredVolume } from './stored-volume.ts'
import { measureTree, type TreeSize } from './tree.ts'
import { hasCode, type VolumeFiles } from './volume-files.ts'

/** A measured size is used again for as long. */
export const USAGE_KEPT_MS = 5_000

/** Says how much of a volume is used, by counting, and not more often than every `USAGE_KEPT_MS`. */
export class UsageMeter {
  readonly #files: VolumeFiles
  readonly #clock: Clock
  readonly #data: (volume: StoredVolume) => string
  readonly #known = new Map<string, { readonly size: TreeSize; readonly atMs: number; readonly entriesMax: number }>()

  constructor(options: { readonly files: VolumeFiles; readonly clock: Clock; readonly data: (volume: StoredVolume) => string }) {
    this.#files = options.files
    this.#clock = options.clock
    this.#data = options.data
  }

  /** Counts at most `entriesMax` files and folders. Undefined: the folder is gone. */
  async measure(volume: StoredVolume, entriesMax: number): Promise<TreeSize | undefined> {
    const now = this.#clock.monotonicMs()
    const known = this.#known.get(volume.id)
    if (known !== undefined && now - known.atMs < USAGE_KEPT_MS && (known.size.complete || known.entriesMax >= entriesMax))
      return known.size
    try {
      const size = await measureTree(this.#files, this.#data(volume), entriesMax)
      this.#keep(volume.id, { size, atMs: now, entriesMax }, now)
      return size
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  }

  /** What is too old goes first: the oldest measurement stands at the beginning. */
  #keep(id: string, measured: { readonly size: TreeSize; readonly atMs: number; readonly entriesMax: number }, now: number): void {
    this.#known.delete(id)
    this.#known.set(id, measured)
    for (const [old, { atMs }] of this.#known) {
      if (now - atMs < USAGE_KEPT_MS) return
      this.#known.delete(old)
    }
  }
}
