import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { StoredVolume } from './stored-volume.ts'
import { CrashingFiles, type Fault, FAULTS } from './testing/crashing-files.ts'
import { machineFiles, type VolumeFiles } from './volume-files.ts'
import { VolumeStore } from './volume-store.ts'

const MIB = 2 ** 20
const CAPACITY = 100 * MIB
const wanted = { name: 'wanted', range: { requiredBytes: 3 * MIB }, parameters: { type: 'fast' }, performance: { iops: 100 } }

let seed = 1
const open = (root: string, files: VolumeFiles = machineFiles()): Promise<VolumeStore> =>
  VolumeStore.open({ root, files, clock: new VirtualClock(), uids: uidSource(seededRandom(seed++)), capacityBytes: CAPACITY })

interface Operation {
  /** What is asked, as often as it takes. */
  readonly ask: (store: VolumeStore, source: StoredVolume) => Promise<unknown>
  /** What must hold when it was answered. */
  readonly done: (store: VolumeStore, source: StoredVolume) => void
  /** What must hold of a request that was cut off: it was carried out, or there is no trace of it. */
  readonly notDone: (store: VolumeStore, source: StoredVolume) => void
}

const all = (store: VolumeStore): StoredVolume[] => store.page(0, 100).volumes
const named = (store: VolumeStore, name: string): StoredVolume[] => all(store).filter((volume) => volume.name === name)
const sourceIsWhole = (store: VolumeStore, source: StoredVolume): void => expectContent(store, store.get(source.id))

function expectContent(store: VolumeStore, volume: StoredVolume): void {
  const data = store.data(volume)
  expect(readFileSync(join(data, 'file'), 'utf8')).toBe('content')
  expect(readFileSync(join(data, 'folder', 'inner'), 'utf8')).toBe('more')
  expect(readlinkSync(join(data, 'link'))).toMatch(/outside$/)
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'create()': {
    ask: (store) => store.create(wanted),
    done: (store) => {
      const [volume, ...others] = named(store, 'wanted')
      expect([volume?.capacityBytes, volume?.parameters, volume?.performance, others]).toEqual([
        3 * MIB,
        { type: 'fast' },
        { iops: 100 },
        [],
      ])
      expect(readdirSync(store.data(volume!))).toEqual([])
    },
    notDone: (store) => expect(named(store, 'wanted')).toEqual([]),
  },
  'create() of a copy': {
    ask: (store, source) => store.create({ ...wanted, sourceId: source.id }),
    done: (store, source) => {
      const [volume, ...others] = named(store, 'wanted')
      expect([volume?.sourceId, others]).toEqual([source.id, []])
      expectContent(store, volume!)
      sourceIsWhole(store, source)
    },
    notDone: (store, source) => {
      expect(named(store, 'wanted')).toEqual([])
      sourceIsWhole(store, source)
    },
  },
  'remove()': {
    ask: (store, source) => store.remove(source.id),
    done: (store) => expect(all(store)).toEqual([]),
    notDone: sourceIsWhole,
  },
  'expand()': {
    ask: (store, source) => store.expand(source.id, { requiredBytes: 5 * MIB }),
    done: (store, source) => expect(store.get(source.id).capacityBytes).toBe(5 * MIB),
    notDone: (store, source) => expect(store.get(source.id).capacityBytes).toBe(2 * MIB),
  },
  'modify()': {
    ask: (store, source) => store.modify(source.id, { throughput: 50 }),
    done: (store, source) => expect(store.get(source.id).performance).toEqual({ iops: 7, throughput: 50 }),
    notDone: (store, source) => expect(store.get(source.id).performance).toEqual({ iops: 7 }),
  },
}

describe('a VolumeStore that is ended at every step', () => {
  let folder: string
  let origin: string
  let source: StoredVolume
  let rounds = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubetape-csi-crash-'))
    origin = join(folder, 'origin')
    for (const path of [origin, join(folder, 'outside')]) mkdirSync(path)
    writeFileSync(join(folder, 'outside', 'precious'), 'precious')
    const store = await open(origin)
    source = await store.create({ name: 'source', range: { requiredBytes: 2 * MIB }, parameters: {}, performance: { iops: 7 } })
    const data = store.data(source)
    writeFileSync(join(data, 'file'), 'content')
    mkdirSync(join(data, 'folder'))
    writeFileSync(join(data, 'folder', 'inner'), 'more')
    symlinkSync(join(folder, 'outside'), join(data, 'link'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const copyOfOrigin = (): string => {
    const root = join(folder, `round-${rounds++}`)
    cpSync(origin, root, { recursive: true, verbatimSymlinks: true })
    return root
  }

  /** Nothing is left over, what is accounted for is there, and nothing outside was touched. */
  const expectSound = (store: VolumeStore, root: string): void => {
    expect([readdirSync(join(root, 'new')), readdirSync(join(root, 'gone'))]).toEqual([[], []])
    for (const id of readdirSync(join(root, 'volumes')))
      expect(readdirSync(join(root, 'volumes', id)).sort()).toEqual(['data', 'volume.json'])
    expect(readdirSync(join(root, 'volumes')).sort()).toEqual(
      all(store)
        .map(({ id }) => id)
        .sort(),
    )
    const promised = all(store).reduce((sum, { capacityBytes }) => sum + capacityBytes, 0)
    expect(store.capacity()).toEqual({ availableBytes: CAPACITY - promised, totalBytes: CAPACITY })
    expect(existsSync(join(folder, 'outside', 'precious'))).toBe(true)
  }

  /** Performs with the fault at step `at`; answers false when there is no such step any more. */
  const round = async ({ ask, done, notDone }: Operation, at: number, how: Fault): Promise<boolean> => {
    const root = copyOfOrigin()
    const crashing = new CrashingFiles(root)
    await open(root, crashing.files)
    const steps = crashing.steps.length
    const faulty = new CrashingFiles(root, { at: steps + at, how })
    const ended = await open(root, faulty.files)
    const answered = await ask(ended, source).then(
      () => true,
      () => false,
    )
    if (!faulty.hit) {
      expect(answered).toBe(true)
      return false
    }
    // A process that goes on answers the same request again; one that was ended is followed by another.
    const store = how === 'refused' ? ended : await open(root)
    if (answered) done(store, source)
    else if (how !== 'refused')
      either(
        () => notDone(store, source),
        () => done(store, source),
      )
    if (how !== 'refused') expectSound(store, root)
    await ask(store, source)
    done(store, source)
    expectSound(store, root)
    expectSound(await open(root), root)
    done(await open(root), source)
    rmSync(root, { recursive: true })
    return true
  }

  for (const [name, operation] of Object.entries(OPERATIONS))
    for (const how of FAULTS)
      test(`${name} is whole or not there, and leads to the same end again: ${how}`, async () => {
        let at = 1
        while (await round(operation, at, how)) at++
        // Fewer would mean that the steps do not go through the port.
        expect(at).toBeGreaterThan(3)
      })

  test('cleaning up is ended at every step, and the next start goes on', async () => {
    const cutOff = async (root: string): Promise<void> => {
      const store = await open(root)
      await store.remove((await store.create(wanted)).id)
      cpSync(join(root, 'volumes', source.id), join(root, 'new', source.id), { recursive: true, verbatimSymlinks: true })
      cpSync(join(root, 'volumes', source.id), join(root, 'gone', source.id), { recursive: true, verbatimSymlinks: true })
      writeFileSync(join(root, 'volumes', source.id, 'volume.json.tmp'), '{"format"')
    }
    for (let at = 1, hit = true; hit; at++) {
      const root = copyOfOrigin()
      await cutOff(root)
      const faulty = new CrashingFiles(root, { at, how: 'before' })
      await open(root, faulty.files).catch(() => undefined)
      hit = faulty.hit
      const store = await open(root)
      sourceIsWhole(store, source)
      expectSound(store, root)
      rmSync(root, { recursive: true })
    }
  })
})

function either(one: () => void, other: () => void): void {
  try {
    one()
  } catch {
    other()
  }
}
