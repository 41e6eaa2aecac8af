import { constants, type Dirent, type Stats } from 'node:fs'
import {
  appendFile,
  chmod,
  copyFile,
  type FileHandle,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rmdir,
  statfs,
  symlink,
  unlink,
} from 'node:fs/promises'
import { join } from 'node:path'

export type FileKind = 'file' | 'folder' | 'link' | 'other'

/** Names of files are bytes, and a Pod may choose any: those that are no text are kept as they are. */
export type FilePath = string | Buffer

export interface FileEntry {
  readonly name: Buffer
  readonly kind: FileKind
}

/**
 * What the driver asks of a file system, in steps that a crash can fall between. Tests end the driver at each of them. What a caller may rely on:
 *
 * - no step follows a symbolic link in the last part of a path;
 * - a step whose name ends in `Synced`, and `syncFolder`, are on the disk when they resolve;
 * - every other step survives the end of the process, but not of the machine, until its folder is synced.
 *
 * Steps reject with Node's system errors.
 */
export interface VolumeFiles {
  /**
   * Opens a folder for as long as `use` takes, which names what is in it by the path that it is given: it stays this folder, whatever takes its place or that
   * of a folder above meanwhile. Where a system has no such paths, it is the folder's own.
   */
  within<T>(folder: FilePath, use: (opened: FilePath) => Promise<T>): Promise<T>
  /** Sorted by name. */
  list(folder: FilePath): Promise<readonly FileEntry[]>
  /** Undefined when there is nothing. */
  kind(path: FilePath): Promise<FileKind | undefined>
  /** Bytes that a file, folder or link takes on the disk. */
  diskBytes(path: FilePath): Promise<number>
  read(path: string): Promise<string>
  /** Rejects with `EEXIST` when there is something already. */
  makeFolder(path: FilePath, mode: number): Promise<void>
  /** Replaces what the file had. */
  writeSynced(path: string, text: string): Promise<void>
  append(path: string, text: string): Promise<void>
  /** A new file with the bytes of another, sharing them where the file system can. */
  copySynced(from: FilePath, to: FilePath): Promise<void>
  copyLink(from: FilePath, to: FilePath): Promise<void>
  /** Mode, and the owner where the process may set it. */
  copyAttributes(from: FilePath, to: FilePath): Promise<void>
  /** Within one file system; replaces a file that is there. */
  rename(from: FilePath, to: FilePath): Promise<void>
  /** A file or link. */
  unlink(path: FilePath): Promise<void>
  removeFolder(path: FilePath): Promise<void>
  /** Lets the driver remove what is in a folder of its own user, whatever mode somebody gave it. */
  unlock(folder: FilePath): Promise<void>
  syncFolder(path: FilePath): Promise<void>
  /** Of the file system that `path` is on, in bytes; `free` is what an ordinary user may still take. */
  space(path: string): Promise<{ readonly total: number; readonly free: number }>
}

/** The machine's file system. */
export function machineFiles(): VolumeFiles {
  return {
    within: async (folder, use) => {
      await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
      return await use(process.platform === 'linux' ? pathOf(handle) : folder)
    },
    list: async (folder) =>
      (await readdir(folder, { withFileTypes: true, encoding: 'buffer' }))
        .map((one) => ({ name: one.name, kind: kindOf(one) }))
        .sort((a, b) => Buffer.compare(a.name, b.name)),
    kind: async (path) => {
      const stats = await lstatIfThere(path)
      return stats && kindOf(stats)
    },
    diskBytes: async (path) => (await lstat(path)).blocks * BLOCK_BYTES,
    read: (path) => readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW }),
    makeFolder: async (path, mode) => {
      await mkdir(path, { mode: 0o700 })
      // The process may mask modes.
      await chmod(path, mode)
    },
    writeSynced: async (path, text) => {
      await using file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600)
      await file.writeFile(text)
      await file.sync()
    },
    append: (path, text) =>
      appendFile(path, text, { mode: 0o600, flag: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW }),
    copySynced,
    copyLink: async (from, to) => symlink(await readlink(from, { encoding: 'buffer' }), to),
    copyAttributes: async (from, to) => {
      const stats = await lstat(from)
      if (process.getuid?.() === 0) await lchown(to, stats.uid, stats.gid)
      if (!stats.isSymbolicLink()) await chmod(to, stats.mode & 0o7777)
    },
    rename,
    unlink,
    removeFolder: rmdir,
    unlock: async (folder) => {
      // No mode keeps the administrator out.
      if (process.getuid?.() !== 0) await chmod(folder, 0o700)
    },
    syncFolder: async (path) => {
      await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
      await folder.sync()
    },
    space: async (path) => {
      const { blocks, bavail, bsize } = await statfs(path)
      return { total: blocks * bsize, free: bavail * bsize }
    },
  }
}

/** Of `st_blocks`, whatever the file system's own block is. */
const BLOCK_BYTES = 512

function kindOf(one: Dirent<Buffer> | Stats): FileKind {
  if (one.isSymbolicLink()) return 'link'
  if (one.isDirectory()) return 'folder'
  return one.isFile() ? 'file' : 'other'
}

async function lstatIfThere(path: FilePath): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** What is open, by a path that no link or rename leads elsewhere. */
const pathOf = ({ fd }: FileHandle): string => join('/proc/self/fd', String(fd))

async function copySynced(from: FilePath, to: FilePath): Promise<void> {
  // Whoever uses the volume may put a link or a pipe in the place of the file that was listed: it is opened once, without following or waiting for a
  // writer, and copied by that handle.
  await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if (!(await source.stat()).isFile()) throw new Error(`Cannot copy "${String(from)}": it is no file any more`)
  await copyFile(process.platform === 'linux' ? pathOf(source) : from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await using copy = await open(to, constants.O_RDONLY | constants.O_NOFOLLOW)
  await copy.sync()
}

/** Whether an error is one of these system errors. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}
