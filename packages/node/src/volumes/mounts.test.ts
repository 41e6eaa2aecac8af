import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { MountFolder } from './mount-folder.ts'
import { type MountedVolume, Mounts } from './mounts.ts'

const mounted = (volume: string, ...uids: string[]): MountedVolume => ({
  node: 'n',
  volume,
  driver: 'd',
  volumeHandle: 'h',
  attachable: true,
  stagingPath: '',
  staged: 'done',
  pods: Object.fromEntries(uids.map((uid) => [uid, { key: `ns/${uid}`, targetPath: '/t', published: true }])),
})
const names = (found: readonly MountedVolume[]): string[] => found.map(({ volume }) => volume)

describe('Mounts', () => {
  test('finds mounts by node and Pod, and tells of changes those whom they concerned', () => {
    const mounts = new Mounts()
    const told: string[] = []
    mounts.changes.subscribe(({ volume, pods }) => told.push(`${volume} ${Object.keys(pods).join()}`))
    mounts.put(mounted('a', 'p'))
    mounts.put(mounted('b', 'p', 'q'))
    expect([names(mounts.ofPod('p')), names(mounts.onNode('n')), mounts.at('n', 'c')]).toEqual([['a', 'b'], ['a', 'b'], undefined])
    mounts.put(mounted('b', 'q'))
    mounts.remove('n', 'a')
    expect([names(mounts.ofPod('p')), names(mounts.ofPod('q')), names(mounts.all())]).toEqual([[], ['b'], ['b']])
    expect(told).toEqual(['a p', 'b p,q', 'b p,q', 'a p'])
  })
})

describe('MountFolder', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mounts-'))
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
  })

  test('remembers mounts over the end of a process, for its owner only', () => {
    const mounts = new Mounts(new MountFolder(root))
    mounts.put(mounted('a', 'p'))
    mounts.put(mounted('b', 'p'))
    mounts.remove('n', 'b')
    expect(new Mounts(new MountFolder(root)).all()).toEqual([mounted('a', 'p')])
    expect(statSync(join(root, 'mounts', 'n', 'a.json')).mode & 0o777).toBe(0o600)
  })

  test('makes folders for drivers, and takes away only what is empty', () => {
    const folder = new MountFolder(root)
    const target = join(root, 'n', 'pods', 'p', 'mount')
    folder.prepare(target, 'folder')
    writeFileSync(join(target, 'precious'), '')
    folder.tidy(target)
    expect(readdirSync(target)).toEqual(['precious'])
    rmSync(join(target, 'precious'))
    folder.tidy(target)
    expect(readdirSync(root)).toEqual([])
  })

  test('leaves what is no folder', () => {
    const folder = new MountFolder(root)
    const target = join(root, 'pods', 'mount')
    folder.prepare(target, 'parent')
    symlinkSync(root, target)
    folder.tidy(target)
    expect(readdirSync(join(root, 'pods'))).toEqual(['mount'])
  })
})
