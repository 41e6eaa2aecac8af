import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { COPIED_DEPTH_MAX, copyTree, measureTree, removeTree } from './tree.ts'
import { machineFiles, type VolumeFiles } from './volume-files.ts'

const files = machineFiles()
/** No UTF-8: what an old archive unpacks to. */
const RAW = Buffer.concat([Buffer.from('/'), Buffer.from([0xff, 0xe9])])
let folder: string
let tree: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-csi-tree-'))
  tree = join(folder, 'tree')
  mkdirSync(tree)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const inTree = (name: Buffer): Buffer => Buffer.concat([Buffer.from(tree), name])

/** As a process that uses the volume: `act` comes right after the folder was listed for the nth time. */
function meanwhile(nth: number, act: () => void): VolumeFiles {
  let lists = 0
  return {
    ...files,
    list: async (path) => {
      const entries = await files.list(path)
      if (++lists === nth) act()
      return entries
    },
  }
}

/** `tree/outer/inner/file`, and beside the tree what must not be reached: `outside/inner/file`. */
function plantOutside(): { outer: string; outside: string } {
  const [outer, outside] = [join(tree, 'outer'), join(folder, 'outside')]
  for (const [path, text] of [
    [outer, 'own'],
    [outside, 'secret'],
  ] as const) {
    mkdirSync(join(path, 'inner'), { recursive: true })
    writeFileSync(join(path, 'inner', 'file'), text)
  }
  return { outer, outside }
}

/** A link to the folder outside takes the place of the one in the tree. */
function swap(outer: string, outside: string): void {
  renameSync(outer, join(folder, 'aside'))
  symlinkSync(outside, outer)
}

/** Deeper than a path can say: made from inside out, as a Pod can by going into each folder. */
function dig(levels: number): void {
  const [name, wrap] = ['d'.repeat(200), join(folder, 'wrap')]
  for (let level = 0; level < levels; level++) {
    mkdirSync(wrap)
    if (level > 0) renameSync(join(tree, name), join(wrap, name))
    else writeFileSync(join(wrap, 'bottom'), 'content')
    renameSync(wrap, join(tree, name))
  }
}

describe('removeTree()', () => {
  test('removes names that are no text, links, and folders that forbid it', async () => {
    const outside = join(folder, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'precious'), '')
    symlinkSync(outside, join(tree, 'link'))
    writeFileSync(inTree(RAW), 'content')
    mkdirSync(join(tree, 'closed', 'inner'), { recursive: true })
    writeFileSync(join(tree, 'closed', 'inner', 'file'), '')
    for (const path of [join(tree, 'closed', 'inner'), join(tree, 'closed')]) chmodSync(path, 0o500)
    await removeTree(files, tree)
    expect([existsSync(tree), readdirSync(outside)]).toEqual([false, ['precious']])
  })

  test('removes what is too deep to be named', async () => {
    dig(60)
    await removeTree(files, tree)
    expect(existsSync(tree)).toBe(false)
  })

  test('removes nothing elsewhere when a link takes the place of a folder', async () => {
    // Of the top, of `outer`, of `inner`: whatever was listed last.
    for (const nth of [1, 2, 3]) {
      const { outer, outside } = plantOutside()
      await removeTree(
        meanwhile(nth, () => swap(outer, outside)),
        tree,
      ).catch(() => undefined)
      expect(readFileSync(join(outside, 'inner', 'file'), 'utf8')).toBe('secret')
      await removeTree(files, tree)
      expect(existsSync(tree)).toBe(false)
      mkdirSync(tree)
      rmSync(join(folder, 'aside'), { recursive: true })
    }
  })

  test('rejects for a folder that is not there', async () => {
    await expect(removeTree(files, join(folder, 'nowhere'))).rejects.toThrow('ENOENT')
  })
})

describe('copyTree()', () => {
  test('copies names that are no text, modes and links, and leaves sockets out', async () => {
    writeFileSync(inTree(RAW), 'content', { mode: 0o640 })
    mkdirSync(join(tree, 'closed'))
    writeFileSync(join(tree, 'closed', 'file'), 'more')
    chmodSync(join(tree, 'closed'), 0o555)
    symlinkSync(Buffer.concat([Buffer.from('/nowhere'), RAW]), join(tree, 'link'))
    const socket = createServer().listen(join(tree, 'socket'))
    await once(socket, 'listening')
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    await copyTree(files, tree, copy)
    socket.close()
    const raw = Buffer.concat([Buffer.from(copy), RAW])
    expect([readFileSync(raw, 'utf8'), statSync(raw).mode & 0o777]).toEqual(['content', 0o640])
    expect([readFileSync(join(copy, 'closed', 'file'), 'utf8'), statSync(join(copy, 'closed')).mode & 0o777]).toEqual(['more', 0o555])
    expect(readlinkSync(join(copy, 'link'), 'buffer')).toEqual(Buffer.concat([Buffer.from('/nowhere'), RAW]))
    expect(existsSync(join(copy, 'socket'))).toBe(false)
    chmodSync(join(copy, 'closed'), 0o755)
    chmodSync(join(tree, 'closed'), 0o755)
  })
})

describe('copyTree() of a tree that is used', () => {
  test('copies nothing from elsewhere when a link takes the place of a folder', async () => {
    const copies: (string | undefined)[] = []
    for (const nth of [1, 2, 3]) {
      const { outer, outside } = plantOutside()
      const copy = join(folder, `copy-${nth}`)
      mkdirSync(copy)
      const copying = copyTree(
        meanwhile(nth, () => swap(outer, outside)),
        tree,
        copy,
      )
      await copying.catch(() => undefined)
      const file = join(copy, 'outer', 'inner', 'file')
      copies.push(existsSync(file) ? readFileSync(file, 'utf8') : undefined)
      rmSync(outer)
      rmSync(join(folder, 'aside'), { recursive: true })
    }
    // What was open already is copied to its end; what was not is refused.
    expect(copies).toEqual([undefined, 'own', 'own'])
  })

  test('does not wait for a writer when a pipe takes the place of a file', async () => {
    writeFileSync(join(tree, 'file'), 'content')
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    const piped = meanwhile(1, () => {
      rmSync(join(tree, 'file'))
      execFileSync('mkfifo', [join(tree, 'file')])
    })
    await expect(copyTree(piped, tree, copy)).rejects.toThrow('it is no file any more')
  })

  test('rejects for a tree that is too deep', async () => {
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    mkdirSync(join(tree, ...Array.from({ length: COPIED_DEPTH_MAX - 1 }, () => 'd')), { recursive: true })
    await copyTree(files, tree, copy)
    rmSync(copy, { recursive: true })
    mkdirSync(copy)
    mkdirSync(join(tree, ...Array.from({ length: COPIED_DEPTH_MAX }, () => 'd')), { recursive: true })
    await expect(copyTree(files, tree, copy)).rejects.toThrow('more than 200 folders')
  })
})

describe('measureTree()', () => {
  test('counts what there is, up to a number of entries', async () => {
    writeFileSync(inTree(RAW), Buffer.alloc(100_000, 1))
    mkdirSync(join(tree, 'folder'))
    writeFileSync(join(tree, 'folder', 'file'), Buffer.alloc(50_000, 1))
    const size = await measureTree(files, tree, 100)
    expect([size.entries, size.complete, size.bytes >= 150_000]).toEqual([4, true, true])
    expect(await measureTree(files, tree, 2)).toMatchObject({ entries: 2, complete: false })
  })

  test('says that it has not seen what is too deep', async () => {
    dig(30)
    expect(await measureTree(files, tree, 1000)).toMatchObject({ complete: false })
    await removeTree(files, tree)
  })
})
