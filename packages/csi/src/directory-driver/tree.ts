import { type FilePath, hasCode, type VolumeFiles } from './volume-files.ts'

/** Longer paths come near what systems take; a Pod can make any, one folder in the other. */
const PATH_BYTES_MAX = 2_000

/**
 * Removes a folder with everything below; links are removed, never followed. What is not there any more counts as removed. Nobody but the driver puts
 * things into `folder` itself: what lies too deep to be named is moved up to there first.
 */
export async function removeTree(files: VolumeFiles, folder: FilePath): Promise<void> {
  let moved = 0
  const moveUp = async (path: FilePath): Promise<void> => {
    let place = at(folder, `deep-${moved++}`)
    // An earlier attempt that was cut off has left some.
    while ((await files.kind(place)) !== undefined) place = at(folder, `deep-${moved++}`)
    await files.rename(path, place)
  }
  const empty = async (path: FilePath): Promise<void> => {
    await files.unlock(path)
    for (const { name, kind } of await files.list(path)) {
      const inner = at(path, name)
      if (kind !== 'folder') await goneAlready(files.unlink(inner))
      else if (inner.length > PATH_BYTES_MAX) await moveUp(inner)
      else {
        await empty(inner)
        await goneAlready(files.removeFolder(inner))
      }
    }
  }
  for (let before = -1; before !== moved;) {
    before = moved
    await empty(folder)
  }
  await goneAlready(files.removeFolder(folder))
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

/**
 * Copies what is in the folder `from` into the folder `to`, which exists and is empty, and syncs it. Links are copied as links. Sockets, pipes and
 * devices are left out: they belong to processes and machines, not to data.
 */
export async function copyTree(files: VolumeFiles, from: FilePath, to: FilePath): Promise<void> {
  for (const { name, kind } of await files.list(from)) {
    const [source, target] = [at(from, name), at(to, name)]
    if (kind === 'other') continue
    if (kind === 'folder') {
      await files.makeFolder(target, 0o700)
      await copyTree(files, source, target)
      continue
    }
    if (kind === 'link') await files.copyLink(source, target)
    else await files.copySynced(source, target)
    await files.copyAttributes(source, target)
  }
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
