import type { Clock, UidSource } from '@kubetape/determinism'
import type { CsiCapacityRange } from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'
import { KeyedTurns } from './keyed-turns.ts'
import { type Performance, samePerformance } from './mutable-parameters.ts'
import { StoreFolders, type Warn } from './store-folders.ts'
import type { StoredVolume } from './stored-volume.ts'
import { copyTree } from './tree.ts'
import type { VolumeFiles } from './volume-files.ts'
import { capacityOf, checkRange, checkSame, type VolumeWanted } from './wanted-volume.ts'

export interface VolumeStoreOptions {
  /** An existing folder that no other store uses. */
  readonly root: string
  readonly files: VolumeFiles
  readonly clock: Clock
  readonly uids: UidSource
  /** What all volumes together may promise, in bytes. Default: the size of the file system that `root` is on. */
  readonly capacityBytes?: number
  readonly warn?: Warn
}

/**
 * The volumes of a directory driver. What a caller may rely on:
 *
 * - What a method has answered holds after the process or the machine has been stopped at any point.
 * - A method that was cut off has been carried out whole or not at all, and the same request again leads to the same end.
 * - One name is one volume, however many requests for it come, and in whatever state earlier ones ended.
 * - The capacities of all volumes together never exceed the store's, over concurrent requests too.
 * - Operations on one volume run one after the other.
 *
 * Everything rejects with a CsiError, but for errors of the file system.
 */
export class VolumeStore {
  readonly #folders: StoreFolders
  readonly #files: VolumeFiles
  readonly #clock: Clock
  readonly #uids: UidSource
  readonly #turns = new KeyedTurns()
  readonly #byId = new Map<string, StoredVolume>()
  readonly #idByName = new Map<string, string>()
  /** By sequence, ascending; sequences of removed volumes are missing. */
  readonly #order: { readonly sequence: number; readonly id: string }[] = []
  /** Volumes that are removed, but not their content. */
  readonly #gone: Set<string>
  readonly #totalBytes: number
  /** Of volumes, and of requests that are being carried out. */
  #promisedBytes = 0
  #sequence = 0

  private constructor(
    options: VolumeStoreOptions,
    folders: StoreFolders,
    found: { volumes: StoredVolume[]; gone: string[] },
    totalBytes: number,
  ) {
    this.#folders = folders
    this.#files = options.files
    this.#clock = options.clock
    this.#uids = options.uids
    this.#gone = new Set(found.gone)
    this.#totalBytes = totalBytes
    for (const volume of found.volumes.toSorted((a, b) => a.sequence - b.sequence)) {
      this.#add(volume)
      this.#promisedBytes += volume.capacityBytes
      this.#sequence = volume.sequence
    }
  }

  /** Reads what is there and cleans up what was cut off. Rejects when a volume cannot be read: better no driver than one that makes it again. */
  static async open(options: VolumeStoreOptions): Promise<VolumeStore> {
    const folders = new StoreFolders(options.root, options.files)
    const found = await folders.open(options.warn ?? (() => undefined))
    const totalBytes = options.capacityBytes ?? (await options.files.space(options.root)).total
    return new VolumeStore(options, folders, found, totalBytes)
  }

  /** Undefined when there is no such volume. */
  find(id: string): StoredVolume | undefined {
    return this.#byId.get(id)
  }

  /** @throws CsiError `NOT_FOUND` */
  get(id: string): StoredVolume {
    const volume = this.#byId.get(id)
    if (volume === undefined) throw new CsiError('NOT_FOUND', `Cannot find volume "${id}": there is no such volume`)
    return volume
  }

  /** The folder that users of a volume see. */
  data(volume: StoredVolume): string {
    return this.#folders.data(volume.id)
  }

  /** At most `max` volumes made after the one with the sequence `after`, in the order of their creation, and whether there are more. */
  page(after: number, max: number): { volumes: StoredVolume[]; more: boolean } {
    const begin = this.#position(after + 1)
    const volumes = this.#order.slice(begin, begin + max).map(({ id }) => this.#byId.get(id)!)
    return { volumes, more: begin + max < this.#order.length }
  }

  /** What volumes may still promise, and all together. */
  capacity(): { readonly availableBytes: number; readonly totalBytes: number } {
    return { availableBytes: Math.max(0, this.#totalBytes - this.#promisedBytes), totalBytes: this.#totalBytes }
  }

  /**
   * The volume of this name, made unless it is there. Throws `ALREADY_EXISTS` when it is there and is not what is wanted, `OUT_OF_RANGE` for a size
   * that cannot be, `RESOURCE_EXHAUSTED` for one that there is no room for now, `NOT_FOUND` without the source.
   */
  create(wanted: VolumeWanted): Promise<StoredVolume> {
    const keys = [`name:${wanted.name}`, ...(wanted.sourceId === undefined ? [] : [`id:${wanted.sourceId}`])]
    return this.#turns.take(keys, async () => {
      const id = this.#idByName.get(wanted.name)
      const volume = id === undefined ? await this.#make(wanted) : checkSame(this.#byId.get(id)!, wanted)
      await this.#folders.settle()
      return volume
    })
  }

  /** Resolves as well when there is no such volume. `check` may refuse, by throwing. */
  remove(id: string, check?: (volume: StoredVolume) => Promise<void>): Promise<void> {
    return this.#turns.take([`id:${id}`], async () => {
      const volume = this.#byId.get(id)
      if (volume !== undefined) {
        await check?.(volume)
        await this.#folders.retire(id)
        this.#drop(volume)
        this.#gone.add(id)
      }
      await this.#folders.settle()
      if (!this.#gone.has(id)) return
      await this.#folders.remove(id)
      this.#gone.delete(id)
    })
  }

  /** Lets a volume grow; one that is large enough stays as it is. */
  expand(id: string, range: CsiCapacityRange): Promise<StoredVolume> {
    return this.#turns.take([`id:${id}`], async () => {
      const volume = this.get(id)
      const { requiredBytes, limitBytes = Infinity } = range
      checkRange(range)
      if (volume.capacityBytes > limitBytes)
        throw new CsiError('OUT_OF_RANGE', `Cannot expand volume "${id}" to at most ${limitBytes} bytes: it has ${volume.capacityBytes}`)
      const more = requiredBytes - volume.capacityBytes
      if (more <= 0) return volume
      if (more > this.capacity().availableBytes)
        throw new CsiError(
          'OUT_OF_RANGE',
          `Cannot expand volume "${id}" to ${requiredBytes} bytes: ${this.capacity().availableBytes} of the ${more} more are left`,
        )
      this.#promisedBytes += more
      return this.#replace({ ...volume, capacityBytes: requiredBytes }, () => (this.#promisedBytes -= more))
    })
  }

  /** Sets what is given and keeps the rest. */
  modify(id: string, performance: Performance): Promise<StoredVolume> {
    return this.change(id, (volume) => {
      const changed = { ...volume.performance, ...performance }
      return samePerformance(changed, volume.performance) ? volume : { ...volume, performance: changed }
    })
  }

  /**
   * Writes what `change` makes of the volume, unless it is the same object. It keeps what only the store sets: id, name, sequence, capacity. `before` and
   * `after` that is written are part of the operation: nothing else happens to the volume meanwhile. Where one of them throws the rest is not done.
   */
  change(
    id: string,
    change: (volume: StoredVolume) => StoredVolume,
    { before, after }: { readonly [when in 'before' | 'after']?: (volume: StoredVolume) => Promise<void> } = {},
  ): Promise<StoredVolume> {
    return this.#turns.take([`id:${id}`], async () => {
      const volume = this.get(id)
      await before?.(volume)
      const changed = change(volume)
      const written = changed === volume ? volume : await this.#replace(changed)
      await after?.(written)
      return written
    })
  }

  async #replace(volume: StoredVolume, undo?: () => void): Promise<StoredVolume> {
    try {
      await this.#folders.replace(volume)
    } catch (error) {
      undo?.()
      throw error
    }
    this.#byId.set(volume.id, volume)
    return volume
  }

  async #make({ name, range, parameters, performance, sourceId }: VolumeWanted): Promise<StoredVolume> {
    const source = sourceId === undefined ? undefined : this.get(sourceId)
    const capacityBytes = capacityOf(range, source?.capacityBytes)
    this.#reserve(name, capacityBytes)
    const sequence = ++this.#sequence
    const volume: StoredVolume = {
      format: 1,
      id: this.#uids.next(),
      name,
      sequence,
      created: new Date(this.#clock.wallMs()).toISOString(),
      capacityBytes,
      parameters,
      performance,
      createdPerformance: performance,
      ...(sourceId === undefined ? {} : { sourceId }),
      staged: [],
      published: [],
    }
    try {
      await this.#folders.create(volume, source && ((data) => copyTree(this.#files, this.data(source), data)))
    } catch (error) {
      this.#promisedBytes -= capacityBytes
      throw error
    }
    this.#add(volume)
    return volume
  }

  #reserve(name: string, bytes: number): void {
    const { availableBytes, totalBytes } = this.capacity()
    if (bytes > totalBytes)
      throw new CsiError('OUT_OF_RANGE', `Cannot make volume "${name}" of ${bytes} bytes: the driver has ${totalBytes} in all`)
    if (bytes > availableBytes)
      throw new CsiError('RESOURCE_EXHAUSTED', `Cannot make volume "${name}" of ${bytes} bytes: the driver has ${availableBytes} left`)
    this.#promisedBytes += bytes
  }

  #add(volume: StoredVolume): void {
    this.#byId.set(volume.id, volume)
    this.#idByName.set(volume.name, volume.id)
    // Two that are made at the same time may be done in the other order.
    this.#order.splice(this.#position(volume.sequence), 0, { sequence: volume.sequence, id: volume.id })
  }

  #drop(volume: StoredVolume): void {
    this.#byId.delete(volume.id)
    this.#idByName.delete(volume.name)
    this.#order.splice(this.#position(volume.sequence), 1)
    this.#promisedBytes -= volume.capacityBytes
  }

  /** Where the first volume with this sequence or a later one stands. */
  #position(sequence: number): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#order[middle]!.sequence < sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}
