import { join } from 'node:path'
import { hasCode, type VolumeFiles } from './volume-files.ts'

/** Removes a folder with everything below; links are removed, never followed. What is not there any more counts as removed. */
export async function removeTree(files: VolumeFiles, folder: string): Promise<void> {
  for (const { name, kind } of await files.list(folder)) {
    const path = join(folder, name)
    if (kind === 'folder') await removeTree(files, path)
    else await goneAlready(files.unlink(path))
  }
  await goneAlready(files.removeFolder(folder))
}

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
export async function copyTree(files: VolumeFiles, from: string, to: string): Promise<void> {
  for (const { name, kind } of await files.list(from)) {
    const [source, target] = [join(from, name), join(to, name)]
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

/** What a tree takes on the disk, up to `entriesMax` entries of it. What disappears meanwhile is not counted. Rejects when there is no such folder. */
export async function measureTree(files: VolumeFiles, folder: string, entriesMax: number): Promise<TreeSize> {
  let bytes = await files.diskBytes(folder)
  let entries = 1
  const open = [folder]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const { name, kind } of await present(files.list(path), [])) {
      if (entries >= entriesMax) return { bytes, entries, complete: false }
      bytes += await present(files.diskBytes(join(path, name)), 0)
      entries++
      if (kind === 'folder') open.push(join(path, name))
    }
  }
  return { bytes, entries, complete: true }
}

async function present<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return otherwise
    throw error
  }
}
