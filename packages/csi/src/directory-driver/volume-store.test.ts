import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CrashingFiles } from './testing/crashing-files.ts'
import { GIB, openStore, wanted } from './testing/opened-store.ts'
import { machineFiles, type VolumeFiles } from './volume-files.ts'
import type { VolumeStore } from './volume-store.ts'
import { DEFAULT_CAPACITY_BYTES, type VolumeWanted } from './wanted-volume.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubetape-csi-store-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const open = (files?: VolumeFiles): Promise<VolumeStore> => openStore(root, files)
const refused = (code: string): unknown => expect.objectContaining({ name: 'CsiError', code })

describe('VolumeStore', () => {
  test('`create()` writes the content and the description before it makes them a volume', async () => {
    const { files, steps } = new CrashingFiles(root)
    const store = await open(files)
    steps.length = 0
    const { id } = await store.create(wanted('a'))
    expect(steps).toEqual([
      `makeFolder new/${id}`,
      `makeFolder new/${id}/data`,
      `syncFolder new/${id}/data`,
      `writeSynced new/${id}/volume.json`,
      `syncFolder new/${id}`,
      `rename new/${id} volumes/${id}`,
      'syncFolder volumes',
    ])
    steps.length = 0
    await store.modify(id, { iops: 5 })
    expect(steps).toEqual([
      `writeSynced volumes/${id}/volume.json.tmp`,
      `rename volumes/${id}/volume.json.tmp volumes/${id}/volume.json`,
      `syncFolder volumes/${id}`,
    ])
    steps.length = 0
    await store.remove(id)
    expect(steps.slice(0, 2)).toEqual([`rename volumes/${id} gone/${id}`, 'syncFolder volumes'])
  })

  test('`create()` and `remove()` answer after a sync that has begun after their rename, and share it', async () => {
    const { files, steps } = new CrashingFiles(root)
    const store = await open(files)
    const covered = (rename: string): void => {
      const at = steps.indexOf(rename)
      expect([at >= 0, steps.indexOf('syncFolder volumes', at) > at]).toEqual([true, true])
    }
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const { id } = await store.create(wanted(`v${at}`, { range: { requiredBytes: 1 } }))
        covered(`rename new/${id} volumes/${id}`)
        return id
      }),
    )
    await Promise.all(
      ids.map(async (id) => {
        await store.remove(id)
        covered(`rename volumes/${id} gone/${id}`)
      }),
    )
    expect(steps.filter((step) => step === 'syncFolder volumes').length).toBeLessThan(40)
  })

  test('`create()` answers the same volume for the same name, at the same time and after a restart', async () => {
    const store = await open()
    const made = await Promise.all(Array.from({ length: 8 }, () => store.create(wanted('a'))))
    const again = await (await open()).create(wanted('a'))
    expect(new Set([...made, again].map(({ id }) => id)).size).toBe(1)
    expect(readdirSync(join(root, 'volumes'))).toHaveLength(1)
  })

  test.each<[string, Partial<VolumeWanted>]>([
    ['a larger one', { range: { requiredBytes: 2 * GIB } }],
    ['a smaller one', { range: { requiredBytes: 1, limitBytes: GIB - 1 } }],
    ['other parameters', { parameters: { type: 'fast' } }],
    ['other mutable parameters', { performance: { iops: 5 } }],
    ['another source', { sourceId: 'source' }],
  ])('`create()` refuses %s under a name that is taken', async (_, more) => {
    const store = await open()
    await store.create(wanted('a'))
    await expect(store.create(wanted('a', more))).rejects.toEqual(refused('ALREADY_EXISTS'))
  })

  test('`create()` answers a repeated request for a volume that has been changed since', async () => {
    const store = await open()
    const { id } = await store.create(wanted('a', { performance: { iops: 5 } }))
    await store.modify(id, { iops: 6 })
    await store.expand(id, { requiredBytes: 2 * GIB })
    expect(await store.create(wanted('a', { performance: { iops: 5 } }))).toMatchObject({
      id,
      performance: { iops: 6 },
      capacityBytes: 2 * GIB,
    })
  })

  test.each([
    ['what is required', { requiredBytes: 5 }, 5],
    ['the default', { requiredBytes: 0 }, DEFAULT_CAPACITY_BYTES],
    ['the limit where the default is more', { requiredBytes: 0, limitBytes: 7 }, 7],
  ])('`create()` gives %s', async (_, range, capacityBytes) => {
    expect((await (await open()).create(wanted('a', { range }))).capacityBytes).toBe(capacityBytes)
  })

  test.each([
    ['more than all', { requiredBytes: 11 * GIB }, 'OUT_OF_RANGE'],
    ['more than is left', { requiredBytes: 9 * GIB }, 'RESOURCE_EXHAUSTED'],
    ['no size at all', { requiredBytes: 2, limitBytes: 1 }, 'OUT_OF_RANGE'],
  ])('`create()` refuses %s', async (_, range, code) => {
    const store = await open()
    await store.create(wanted('first', { range: { requiredBytes: 2 * GIB } }))
    await expect(store.create(wanted('a', { range }))).rejects.toEqual(refused(code))
    expect(store.capacity().availableBytes).toBe(8 * GIB)
  })

  test('`create()` and `expand()` at the same time never promise more than there is', async () => {
    const store = await open()
    const { id } = await store.create(wanted('grows'))
    const asked = [
      ...Array.from({ length: 12 }, (_, at) => store.create(wanted(`v${at}`))),
      store.expand(id, { requiredBytes: 4 * GIB }),
      store.expand(id, { requiredBytes: 5 * GIB }),
    ]
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(2)
    const { volumes } = store.page(0, 100)
    const promised = volumes.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0)
    expect(promised).toBeLessThanOrEqual(10 * GIB)
    expect(store.capacity().availableBytes).toBe(10 * GIB - promised)
    expect((await open()).capacity()).toEqual(store.capacity())
  })

  test('`expand()` grows and never shrinks', async () => {
    const store = await open()
    const { id } = await store.create(wanted('a'))
    expect((await store.expand(id, { requiredBytes: 2 * GIB })).capacityBytes).toBe(2 * GIB)
    expect((await store.expand(id, { requiredBytes: GIB })).capacityBytes).toBe(2 * GIB)
    for (const range of [
      { requiredBytes: 0, limitBytes: GIB },
      { requiredBytes: 11 * GIB },
      { requiredBytes: 4 * GIB, limitBytes: 3 * GIB },
    ])
      await expect(store.expand(id, range)).rejects.toEqual(refused('OUT_OF_RANGE'))
    await expect(store.expand('none', { requiredBytes: 1 })).rejects.toEqual(refused('NOT_FOUND'))
  })

  test('`create()` of a copy takes files, links and modes along, and refuses a smaller one and a missing source', async () => {
    const store = await open()
    const source = await store.create(wanted('source'))
    const data = store.data(source)
    mkdirSync(join(data, 'closed'))
    writeFileSync(join(data, 'closed', 'file'), 'content', { mode: 0o640 })
    symlinkSync('/etc/hostname', join(data, 'link'))
    const copy = await store.create(wanted('copy', { range: { requiredBytes: 0 }, sourceId: source.id }))
    expect(copy.capacityBytes).toBe(GIB)
    expect(readFileSync(join(store.data(copy), 'closed', 'file'), 'utf8')).toBe('content')
    expect(await machineFiles().kind(join(store.data(copy), 'link'))).toBe('link')
    await expect(store.create(wanted('small', { range: { requiredBytes: 5 }, sourceId: source.id }))).rejects.toEqual(
      refused('OUT_OF_RANGE'),
    )
    await expect(store.create(wanted('lost', { sourceId: 'none' }))).rejects.toEqual(refused('NOT_FOUND'))
  })

  test('`remove()` resolves for what is not there, and lets a check refuse', async () => {
    const store = await open()
    await store.remove('none')
    const { id } = await store.create(wanted('a'))
    await expect(store.remove(id, () => Promise.reject(new Error('in use')))).rejects.toThrow('in use')
    expect(store.find(id)).toBeDefined()
    await store.remove(id)
    await store.remove(id)
    expect([store.find(id), store.capacity().availableBytes, readdirSync(join(root, 'gone'))]).toEqual([undefined, 10 * GIB, []])
    expect((await store.create(wanted('a'))).id).not.toBe(id)
  })

  test('`page()` goes by the order of creation, over volumes that come and go', async () => {
    const store = await open()
    const made = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.push(await store.create(wanted(name)))
    const names = (after: number, max: number): string[] => store.page(after, max).volumes.map(({ name }) => name)
    expect([names(0, 2), store.page(0, 2).more]).toEqual([['a', 'b'], true])
    await store.remove(made[1]!.id)
    await store.create(wanted('f'))
    expect([names(made[1]!.sequence, 9), store.page(made[1]!.sequence, 9).more]).toEqual([['c', 'd', 'e', 'f'], false])
    expect((await open()).page(0, 9).volumes.map(({ name }) => name)).toEqual(['a', 'c', 'd', 'e', 'f'])
  })
})
