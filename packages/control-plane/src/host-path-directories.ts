import { constants, type Dirent } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rmdir, unlink } from 'node:fs/promises'
import { platform } from 'node:os'
import type { HostPathDirectories } from '@kubetape/controllers'

/** Opened so, a symbolic link at the end of the path is refused. */
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** As upstream makes them. */
const MODE = 0o750

/**
 * Directories of host-path volumes under a root, which stands for `/` of every node: the volume's `/tmp/hostpath_pv/x` is `<root>/tmp/hostpath_pv/x`.
 * What a caller may rely on:
 *
 * - Nothing outside of the root is made, removed or looked at, whatever a path says. Every folder on the way is opened from the one above, and no
 *   symbolic link is followed, neither on the way nor below what is removed; links are removed as links. On Linux a folder that is exchanged for a link
 *   meanwhile changes nothing, since open folders are named by descriptor; elsewhere it is checked only right before.
 * - Nothing on another file system than the root is removed: what somebody mounted below stays, and the removal is refused.
 * - Both may be repeated: what is there is made, what is not there is removed.
 */
export class HostPathFolders implements HostPathDirectories {
  readonly #root: string

  /** `root` is made with the first directory. It may be a link itself: it is whoever starts the control plane that chooses it. */
  constructor(root: string) {
    this.#root = root
  }

  async create(path: string): Promise<void> {
    const names = namesOf(path, 'create')
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    await using walk = new AsyncDisposableStack()
    let folder = await Folder.root(this.#root)
    walk.use(folder)
    for (const name of names) {
      folder = await folder.make(name).catch(rethrow('mkdir', path))
      walk.use(folder)
    }
  }

  async remove(path: string): Promise<void> {
    const names = namesOf(path, 'remove')
    const last = names.pop()!
    await using walk = new AsyncDisposableStack()
    try {
      let folder = await Folder.root(this.#root)
      walk.use(folder)
      for (const name of names) {
        folder = await folder.enter(name)
        walk.use(folder)
      }
      await folder.remove(last)
    } catch (error) {
      // Nothing there, or below a file: as good as removed.
      if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) rethrow('unlinkat', path)(error)
    }
  }
}

/** A control plane without a folder for directories: none can be made, and there are none to remove. */
export const NO_FOLDERS: HostPathDirectories = {
  create: (path) => Promise.reject(new Error(`Cannot create host path ${JSON.stringify(path)}: this control plane keeps no directories`)),
  remove: () => Promise.resolve(),
}

/** The folders of a path from the root down; refuses a path that leaves it or names none below it. */
function namesOf(path: string, verb: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  const isPlain = path.startsWith('/') && names.every((name) => name !== '.' && name !== '..' && !name.includes('\0'))
  if (!isPlain || names.length < 2)
    throw new Error(`Cannot ${verb} host path ${JSON.stringify(path)}: it must name a directory below another, without "." and ".."`)
  return names
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

/** Reasons in the words of Go's errors, which users of host-path volumes see in events. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'file exists',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
}

function rethrow(action: string, path: string): (error: unknown) => never {
  return (error) => {
    const reason = REASONS[codeOf(error)]
    if (reason === undefined) throw error
    throw Object.assign(new Error(`${action} ${path}: ${reason}`, { cause: error }), { code: codeOf(error) })
  }
}

/** A folder that stays the one that it was when it was opened. */
class Folder {
  readonly #handle: FileHandle
  /** How files in it are named: by descriptor where the platform can, so that no exchange of a parent leads elsewhere. */
  readonly #at: string
  readonly #device: number

  private constructor(handle: FileHandle, path: string, device: number) {
    this.#handle = handle
    this.#at = platform() === 'linux' ? `/proc/self/fd/${handle.fd}` : path
    this.#device = device
  }

  static async root(path: string): Promise<Folder> {
    const real = await realpath(path)
    return Folder.#open(real)
  }

  static async #open(path: string): Promise<Folder> {
    const handle = await open(path, FOLDER)
    try {
      return new Folder(handle, path, (await handle.stat()).dev)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Rejects with ELOOP for a link, wherever it leads, and with ENOTDIR for what else is no folder. */
  async enter(name: string): Promise<Folder> {
    const path = `${this.#at}/${name}`
    try {
      return await Folder.#open(path)
    } catch (error) {
      // Linux says ENOTDIR of links too.
      if (codeOf(error) === 'ENOTDIR' && (await lstat(path)).isSymbolicLink()) throw Object.assign(error as Error, { code: 'ELOOP' })
      throw error
    }
  }

  async make(name: string): Promise<Folder> {
    try {
      await mkdir(`${this.#at}/${name}`, { mode: MODE })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    return this.enter(name)
  }

  /** Removes a file or link, or a folder with all in it. */
  async remove(name: string): Promise<void> {
    const folder = await this.enter(name).catch((error: unknown) => {
      if (['ENOTDIR', 'ELOOP'].includes(codeOf(error))) return undefined
      throw error
    })
    if (folder === undefined) return unlink(`${this.#at}/${name}`)
    try {
      if (folder.#device !== this.#device)
        throw new Error(`Cannot remove ${JSON.stringify(name)}: it is on another file system than the folder that it is in`)
      await folder.#empty()
    } finally {
      await folder[Symbol.asyncDispose]()
    }
    await rmdir(`${this.#at}/${name}`)
  }

  async #empty(): Promise<void> {
    const entries: Dirent[] = await readdir(this.#at, { withFileTypes: true })
    for (const entry of entries) {
      try {
        // One that is a folder by now, or no longer, is seen when it is opened.
        if (entry.isDirectory()) await this.remove(entry.name)
        else await unlink(`${this.#at}/${entry.name}`)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}
