import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MountedVolume, MountStore } from './mounts.ts'

/** Mounts as files of a folder, one a volume and node, beside what the drivers mount there. Everything is for its owner only. */
export class MountFolder implements MountStore {
  readonly #root: string

  constructor(root: string) {
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
    for (const folder of [path, dirname(path)]) {
      try {
        rmdirSync(folder)
      } catch {
        // Not empty, not a folder, or gone: none of it is ours to force.
      }
    }
  }

  #fileOf({ node, volume }: MountedVolume): string {
    return join(this.#root, node, `${volume}.json`)
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
