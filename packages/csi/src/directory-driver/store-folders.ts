import { join } from 'node:path'
import { removeTree } from './tree.ts'
import { parseVolume, type StoredVolume, VOLUME_ID, volumeText } from './stored-volume.ts'
import { hasCode, type VolumeFiles } from './volume-files.ts'

/** Passed to whoever runs the driver: what was found at the start that is not the driver's. */
export type Warn = (message: string) => void

/** Leaves others in, who have the path of a volume: a Pod's user is not the driver's. */
const DATA_MODE = 0o777
/** Nobody else finds out what volumes there are. */
const PRIVATE_MODE = 0o700
/** Passable, so that a link to `data` leads there. */
const PASSABLE_MODE = 0o711

/**
 * The folders of a driver and the order of steps in them, on which its promises rest:
 *
 * - `new/ID` becomes a volume by one rename into `volumes`, and stops being one by one rename into `gone`. So a volume is there whole or not at all.
 * - `volumes/ID/volume.json` is replaced by one rename. What is written beside it is on the disk before.
 * - What lies in `new` or `gone` when the driver starts belongs to an operation that was cut off, and is removed.
 * - A path is made of the root, these names and an id that the driver has made: nothing of a request is in it.
 */
export class StoreFolders {
  readonly #root: string
  readonly #files: VolumeFiles
  /** Renames into and out of `volumes`, and how many of them are certainly on the disk. */
  #renames = 0
  #settled = 0
  #settling: Promise<void> | undefined

  constructor(root: string, files: VolumeFiles) {
    this.#root = root
    this.#files = files
  }

  /** The folder that users of a volume see. */
  data(id: string): string {
    return join(this.#root, 'volumes', id, 'data')
  }

  /** Makes what is missing, removes what was cut off, and reads all volumes. `gone`: what could not be removed. */
  async open(warn: Warn): Promise<{ volumes: StoredVolume[]; gone: string[] }> {
    for (const [name, mode] of [
      ['volumes', PASSABLE_MODE],
      ['new', PRIVATE_MODE],
      ['gone', PRIVATE_MODE],
    ] as const)
      await this.#makeOwn(join(this.#root, name), mode)
    await this.#files.syncFolder(this.#root)
    const gone: string[] = []
    for (const name of await this.#namesIn('new')) await this.#sweep('new', name, warn)
    for (const name of await this.#namesIn('gone')) if (!(await this.#sweep('gone', name, warn))) gone.push(name)
    const volumes: StoredVolume[] = []
    for (const { name: bytes, kind } of await this.#files.list(join(this.#root, 'volumes'))) {
      const name = String(bytes)
      if (kind === 'folder' && VOLUME_ID.test(name)) volumes.push(await this.#readVolume(name))
      else warn(`Cannot use "${join(this.#root, 'volumes', name)}" as a volume: the driver has not made it`)
    }
    return { volumes, gone }
  }

  /** Makes the folders of a volume. `fill` puts content into the empty folder that it is given. */
  async create(volume: StoredVolume, fill?: (data: string) => Promise<void>): Promise<void> {
    const draft = join(this.#root, 'new', volume.id)
    const data = join(draft, 'data')
    try {
      await this.#files.makeFolder(draft, PASSABLE_MODE)
      await this.#files.makeFolder(data, DATA_MODE)
      await fill?.(data)
      await this.#files.syncFolder(data)
      await this.#files.writeSynced(join(draft, 'volume.json'), volumeText(volume))
      await this.#files.syncFolder(draft)
      await this.#files.rename(draft, join(this.#root, 'volumes', volume.id))
    } catch (error) {
      // At the next start at the latest it is removed; the first error is the one to tell.
      await removeTree(this.#files, draft).catch(() => undefined)
      throw error
    }
    this.#renames++
  }

  /** Resolves when every volume made or removed until now would be found so after a power failure. */
  async settle(): Promise<void> {
    const wanted = this.#renames
    // Those who wait at the same time share a sync; one that has begun before a rename does not cover it.
    while (this.#settled < wanted) await (this.#settling ??= this.#sync())
  }

  async #sync(): Promise<void> {
    const covered = this.#renames
    try {
      await this.#files.syncFolder(join(this.#root, 'volumes'))
      this.#settled = covered
    } finally {
      this.#settling = undefined
    }
  }

  async replace(volume: StoredVolume): Promise<void> {
    const folder = join(this.#root, 'volumes', volume.id)
    const draft = join(folder, 'volume.json.tmp')
    await this.#files.writeSynced(draft, volumeText(volume))
    await this.#files.rename(draft, join(folder, 'volume.json'))
    await this.#files.syncFolder(folder)
  }

  /** From here on there is no such volume; its content is still to be removed. */
  async retire(id: string): Promise<void> {
    await this.#files.rename(join(this.#root, 'volumes', id), join(this.#root, 'gone', id))
    this.#renames++
  }

  async remove(id: string): Promise<void> {
    await removeTree(this.#files, join(this.#root, 'gone', id))
  }

  async #makeOwn(path: string, mode: number): Promise<void> {
    const kind = await this.#files.kind(path)
    if (kind === undefined) await this.#files.makeFolder(path, mode)
    else if (kind !== 'folder') throw new Error(`Cannot keep volumes in "${this.#root}": "${path}" is no folder`)
  }

  async #namesIn(folder: 'new' | 'gone'): Promise<string[]> {
    return (await this.#files.list(join(this.#root, folder))).map(({ name }) => String(name))
  }

  async #sweep(folder: 'new' | 'gone', name: string, warn: Warn): Promise<boolean> {
    const path = join(this.#root, folder, name)
    try {
      if ((await this.#files.kind(path)) === 'folder') await removeTree(this.#files, path)
      else await this.#files.unlink(path)
      return true
    } catch (error) {
      warn(`Cannot remove "${path}", the rest of an operation that was cut off: ${(error as Error).message}`)
      return false
    }
  }

  async #readVolume(id: string): Promise<StoredVolume> {
    const file = join(this.#root, 'volumes', id, 'volume.json')
    try {
      const volume = parseVolume(await this.#files.read(file), id)
      await this.#files.unlink(`${file}.tmp`).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error
      })
      return volume
    } catch (error) {
      // Without it, the next request for this volume's name would make a second one.
      throw new Error(`Cannot read the volume in "${file}": ${(error as Error).message}`, { cause: error })
    }
  }
}
