import { type FilePath, hasCode, type VolumeFiles } from './volume-files.ts'

/** A folder that is this deep below the top is moved up before it is looked into: a Pod can make any depth, and each level is an open file. */
const OPEN_DEPTH_MAX = 32

/**
 * Removes a folder with everything below; links are removed, never followed, whatever a process that still has the folder open puts in the place of
 * another meanwhile. What is not there any more counts as removed. Nobody but the driver puts things into `folder` itself: what lies too deep is moved
 * up to there first.
 */
export async function removeTree(files: VolumeFiles, folder: FilePath): Promise<void> {
  await within(files, folder, async (top) => {
    let moved = 0
    const moveUp = async (path: FilePath): Promise<void> => {
      let place = at(top, `deep-${moved++}`)
      // An earlier attempt that was cut off has left some.
      while ((await files.kind(place)) !== undefined) place = at(top, `deep-${moved++}`)
      await files.rename(path, place)
    }
    const empty = async (path: FilePath, depth: number): Promise<void> => {
      for (const { name, kind } of await files.list(path)) {
        const inner = at(path, name)
        if (kind !== 'folder') await goneAlready(files.unlink(inner))
        else if (depth === OPEN_DEPTH_MAX) await moveUp(inner)
        else {
          await within(files, inner, (opened) => empty(opened, depth + 1))
          await goneAlready(files.removeFolder(inner))
        }
      }
    }
    for (let before = -1; before !== moved;) {
      before = moved
      await empty(top, 1)
    }
  })
  await goneAlready(files.removeFolder(folder))
}

/** What is to be removed must let the driver in. */
async function within(files: VolumeFiles, folder: FilePath, use: (opened: FilePath) => Promise<void>): Promise<void> {
  await files.unlock(folder)
  await files.within(folder, use)
}

function at(folder: FilePath, name: FilePath): Buffer {
  return Buffer.concat([Buffer.from(folder), SLASH, Buffer.from(name)])
}

const SLASH = Buffer.from('/')

async function goneAlready(removal: Promise<void>): Promise<void> {
  try {
    await removal
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

/** A tree of more folders in each other is not copied: each level is an open file. */
export const COPIED_DEPTH_MAX = 200

/**
 * Copies what is in the folder `from` into the folder `to`, which exists and is empty, and syncs it. Links are copied as links, and none is followed, also
 * while somebody who uses `from` puts them in the place of folders. Sockets, pipes and devices are left out: they belong to processes and machines, not to
 * data. Rejects for a tree that is deeper than `COPIED_DEPTH_MAX`.
 */
export async function copyTree(files: VolumeFiles, from: FilePath, to: FilePath, depth = 1): Promise<void> {
  if (depth > COPIED_DEPTH_MAX) throw new Error(`Cannot copy a tree: it has more than ${COPIED_DEPTH_MAX} folders in each other`)
  await files.within(from, async (opened) => {
    for (const { name, kind } of await files.list(opened)) {
      const [source, target] = [at(opened, name), at(to, name)]
      if (kind === 'other') continue
      if (kind === 'folder') {
        await files.makeFolder(target, 0o700)
        await copyTree(files, source, target, depth + 1)
        continue
      }
      if (kind === 'link') await files.copyLink(source, target)
      else await files.copySynced(source, target)
      await files.copyAttributes(source, target)
    }
  })
  // Last, since nothing could be put into a folder that forbids writing.
  await files.copyAttributes(from, to)
  await files.syncFolder(to)
}

/** A tree with more entries than this is measured no further: it takes a second or two. */
export const MEASURED_ENTRIES_MAX = 20_000

export interface TreeSize {
  readonly bytes: number
  /** Files, folders and links, the top one among them. */
  readonly entries: number
  /** False when there is more than was counted. */
  readonly complete: boolean
}

/**
 * What a tree takes on the disk, up to `entriesMax` entries of it. What disappears meanwhile is not counted; nor is what the driver may not look into or
 * cannot name. Rejects when there is no such folder.
 */
export async function measureTree(files: VolumeFiles, folder: FilePath, entriesMax: number): Promise<TreeSize> {
  let bytes = await files.diskBytes(folder)
  let [entries, complete] = [1, true]
  const read = async <T>(reading: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await reading
    } catch (error) {
      if (hasCode(error, 'EACCES', 'ENAMETOOLONG')) complete = false
      else if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
      return otherwise
    }
  }
  const open = [folder]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const { name, kind } of await read(files.list(path), [])) {
      if (entries >= entriesMax) return { bytes, entries, complete: false }
      const inner = at(path, name)
      bytes += await read(files.diskBytes(inner), 0)
      entries++
      if (kind === 'folder') open.push(inner)
    }
  }
  return { bytes, entries, complete }
}
