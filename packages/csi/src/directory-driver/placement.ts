import { execFile } from 'node:child_process'
import { lstat, mkdir, readFile, readlink, realpath, rmdir, stat, symlink, unlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CsiError } from '../csi-error.ts'
import type { PlacementKind } from './stored-volume.ts'
import { hasCode } from './volume-files.ts'

/**
 * A way to let the folder `source` appear at a path. What a caller may rely on:
 *
 * - Only an empty folder, or nothing, gives way to a placement.
 * - `displace` removes what `place` has made of the same source, and an empty folder. Nothing else, and never anything below.
 * - Both resolve as well when there is nothing to do.
 */
export interface Placement {
  readonly kind: PlacementKind
  /** Those of `MOUNT_FLAGS` that it can apply. */
  readonly flags: ReadonlySet<string>
  place(source: string, path: string, flags: readonly string[]): Promise<void>
  displace(source: string, path: string): Promise<void>
  isPlaced(source: string, path: string): Promise<boolean>
}

const run = promisify(execFile)

/** What a mount of its own can differ in from the file system that it shows. `ro` is also what readonly becomes. */
export const MOUNT_FLAGS: ReadonlySet<string> = new Set(['ro', 'rw', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'])

/** By a bind mount, as kubelets expect it; needs a system with mounts and the right to make them. Readonly is enforced by the system. */
export function bindPlacement(): Placement {
  const isPlaced = async (source: string, path: string): Promise<boolean> => (await isMountPoint(path)) && (await sameFolder(source, path))
  return {
    kind: 'bind',
    flags: MOUNT_FLAGS,
    isPlaced,
    place: async (source, path, flags) => {
      if (await isPlaced(source, path)) return
      await makeRoom(path)
      await mkdir(path, { mode: 0o750 })
      await run('mount', ['--bind', '--', source, path])
      if (flags.length === 0) return
      try {
        await run('mount', ['-o', ['remount', 'bind', ...flags].join(','), '--', path])
      } catch (error) {
        // As it is now, it is not what was asked for.
        await run('umount', ['--', path])
        throw error
      }
    },
    displace: async (source, path) => {
      if (await isPlaced(source, path)) await run('umount', ['--', path])
      else if (await isMountPoint(path)) throw occupied(path)
      await removeEmptyFolder(path)
    },
  }
}

/** By a symbolic link: for users who may not mount. It takes `ro`, and nothing enforces it. */
export function linkPlacement(): Placement {
  const isPlaced = async (source: string, path: string): Promise<boolean> => (await linkTarget(path)) === source
  return {
    kind: 'link',
    flags: new Set(['ro', 'rw']),
    isPlaced,
    place: async (source, path) => {
      if (await isPlaced(source, path)) return
      await makeRoom(path)
      await symlink(source, path)
    },
    displace: async (source, path) => {
      if (await isPlaced(source, path)) await unlink(path)
      else await removeEmptyFolder(path)
    },
  }
}

/** The best way that works here, found out by mounting one folder of `scratch`, which exists, on another. */
export async function bestPlacement(scratch: string): Promise<Placement> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return linkPlacement()
  const bind = bindPlacement()
  const [source, path] = [`${scratch}/mounted`, `${scratch}/mount`]
  try {
    // A driver that was ended here has left them.
    await bind.displace(source, path)
    await mkdir(source, { recursive: true })
    await bind.place(source, path, ['ro'])
    return bind
  } catch {
    return linkPlacement()
  } finally {
    await bind.displace(source, path).catch(() => undefined)
    await removeEmptyFolder(source).catch(() => undefined)
  }
}

const occupied = (path: string): CsiError => new CsiError('FAILED_PRECONDITION', `Cannot use "${path}": something else is there`)

async function makeRoom(path: string): Promise<void> {
  if (await isMountPoint(path)) throw occupied(path)
  try {
    await rmdir(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY')) throw occupied(path)
    throw error
  }
}

async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY')) throw occupied(path)
    throw error
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined
    throw error
  }
}

async function sameFolder(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([stat(a), stat(b)])
    return one.dev === other.dev && one.ino === other.ino
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** The fifth word of a line; white space and backslashes in it are written in octal. */
async function isMountPoint(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isSymbolicLink()) return false
    const real = await realpath(path)
    const table = await readFile('/proc/self/mountinfo', 'utf8')
    return table
      .split('\n')
      .some(
        (line) =>
          line.split(' ')[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) === real,
      )
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
