import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MountedVolume, MountStore } from './mounts.ts'

/** Mounts as files of a folder, one a volume and node, beside what the drivers mount there. Everything is for its owner only. */
export class MountFolder implements MountStore {
  readonly #kubelets: string
  readonly #root: string

  constructor(root: string) {
    this.#kubelets = root
    this.#root = join(root, 'mounts')
  }

  load(): MountedVolume[] {
    return listed(this.#root).flatMap((node) =>
      listed(join(this.#root, node))
        .filter((file) => file.endsWith('.json'))
        .map((file) => JSON.parse(readFileSync(join(this.#root, node, file), 'utf8')) as MountedVolume),
    )
  }

  save(mounted: MountedVolume): void {
    const file = this.#fileOf(mounted)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // A file that was cut off would hide what the driver still has.
    writeFileSync(`${file}.new`, JSON.stringify(mounted), { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  }

  remove(mounted: MountedVolume): void {
    rmSync(this.#fileOf(mounted), { force: true })
  }

  prepare(path: string, what: 'folder' | 'parent'): void {
    mkdirSync(what === 'folder' ? path : dirname(path), { recursive: true, mode: 0o750 })
  }

  tidy(path: string): void {
    removeEmpty(path)
    // What was made on the way to it.
    for (let folder = dirname(path); folder.startsWith(this.#kubelets) && folder !== this.#kubelets; folder = dirname(folder))
      if (!removeEmpty(folder)) return
  }

  #fileOf({ node, volume }: MountedVolume): string {
    return join(this.#root, node, `${volume}.json`)
  }
}

/** False: it is not empty, no folder, or gone, and not to be forced. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
