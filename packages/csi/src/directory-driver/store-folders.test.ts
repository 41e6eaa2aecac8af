import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openStore, wanted } from './testing/opened-store.ts'
import { machineFiles } from './volume-files.ts'
import type { VolumeStore } from './volume-store.ts'

let root: string
let warnings: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubetape-csi-folders-'))
  warnings = []
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const open = (): Promise<VolumeStore> => openStore(root, machineFiles(), warnings)
const refused = (code: string): unknown => expect.objectContaining({ name: 'CsiError', code })

describe('the folder of a VolumeStore', () => {
  test.each(['../../escape', '/etc/passwd', '..', '.', 'a/b', 'new', 'volumes', '\u0000', 'x'.repeat(300), '__proto__'])(
    'is not left for a volume with the name %j, nor for an id',
    async (name) => {
      const store = await open()
      const { id } = await store.create(wanted(name))
      expect(readdirSync(root).sort()).toEqual(['gone', 'new', 'volumes'])
      expect(readdirSync(join(root, 'volumes'))).toEqual([id])
      await expect(store.expand(name, { requiredBytes: 1 })).rejects.toEqual(refused('NOT_FOUND'))
      await store.remove(name)
      expect((await open()).page(0, 9).volumes).toMatchObject([{ id, name }])
    },
  )

  test('is not left through links: they are copied and removed, not followed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'kubetape-csi-outside-'))
    try {
      writeFileSync(join(outside, 'precious'), 'precious')
      const store = await open()
      const { id } = await store.create(wanted('a'))
      symlinkSync(outside, join(store.data(store.get(id)), 'link'))
      const copy = await store.create(wanted('copy', { sourceId: id }))
      expect(await machineFiles().kind(join(store.data(copy), 'link'))).toBe('link')
      await store.remove(copy.id)
      await store.remove(id)
      expect(readdirSync(outside)).toEqual(['precious'])
    } finally {
      rmSync(outside, { recursive: true })
    }
  })

  test('has links and folders of others: they are no volumes, are named, and stay', async () => {
    await open()
    const id = '00000000-0000-4000-8000-000000000000'
    symlinkSync('/etc', join(root, 'volumes', id))
    mkdirSync(join(root, 'volumes', 'mine'))
    const store = await open()
    expect(store.page(0, 9).volumes).toEqual([])
    await store.remove(id)
    expect(readdirSync(join(root, 'volumes')).sort()).toEqual([id, 'mine'])
    expect(warnings).toEqual([expect.stringContaining(id), expect.stringContaining('mine')])
  })

  test('is refused when one of its own folders is a link', async () => {
    symlinkSync('/etc', join(root, 'gone'))
    await expect(open()).rejects.toThrow(/"gone" is no folder|gone" is no folder/)
  })

  test.each([
    ['is cut off', '{"format":'],
    ['is of a later format', '{"format":2}'],
    ['is of another volume', '{"format":1,"id":"other"}'],
  ])('is refused when the description of a volume %s', async (_, text) => {
    const { id } = await (await open()).create(wanted('a'))
    writeFileSync(join(root, 'volumes', id, 'volume.json'), text)
    await expect(open()).rejects.toThrow(`Cannot read the volume in "${join(root, 'volumes', id, 'volume.json')}"`)
    expect(existsSync(join(root, 'volumes', id, 'data'))).toBe(true)
  })
})
