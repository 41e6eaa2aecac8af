import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HostPathFolders } from './host-path-directories.ts'

describe('HostPathFolders', () => {
  let folder: string
  let root: string
  let outside: string
  let directories: HostPathFolders
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'kubetape-host-path-')))
    root = join(folder, 'root')
    outside = join(folder, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'precious'), 'data')
    directories = new HostPathFolders(root)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const untouched = (): void =>
    expect(readdirSync(folder).flatMap((name) => (name === 'root' ? [] : [name, ...readdirSync(join(folder, name))]))).toEqual([
      'outside',
      'precious',
    ])

  test('`create()` makes a directory below the root, also a second time', async () => {
    await directories.create('/tmp/hostpath_pv/a')
    writeFileSync(join(root, 'tmp/hostpath_pv/a/file'), 'kept')
    await directories.create('/tmp/hostpath_pv/a')
    expect(readdirSync(join(root, 'tmp/hostpath_pv/a'))).toEqual(['file'])
    expect(statSync(join(root, 'tmp/hostpath_pv/a')).mode & 0o027).toBe(0)
  })

  test('`remove()` removes what is in a directory, links as links, and what is beside it stays', async () => {
    await directories.create('/tmp/hostpath_pv/a/deep/deeper')
    await directories.create('/tmp/hostpath_pv/b')
    writeFileSync(join(root, 'tmp/hostpath_pv/a/deep/file'), '')
    symlinkSync(outside, join(root, 'tmp/hostpath_pv/a/to-folder'))
    symlinkSync(join(outside, 'precious'), join(root, 'tmp/hostpath_pv/a/deep/to-file'))
    await directories.remove('/tmp/hostpath_pv/a')
    expect(readdirSync(join(root, 'tmp/hostpath_pv'))).toEqual(['b'])
    untouched()
  })

  test.each(['/tmp/hostpath_pv/never', '/never/was', '/tmp/file/below'])(
    '`remove()` is content with %s, where nothing is',
    async (path) => {
      await directories.remove(path)
      await directories.create('/tmp/hostpath_pv')
      writeFileSync(join(root, 'tmp/file'), '')
      await directories.remove(path)
      expect(readdirSync(join(root, 'tmp')).sort()).toEqual(['file', 'hostpath_pv'])
    },
  )

  test.each([
    '/tmp/../../outside',
    '/../outside',
    '/tmp/./x',
    'tmp/x',
    '/tmp',
    '/tmp/',
    '/',
    '',
    '/tmp/x\0/y',
    '../outside',
    '/tmp/hostpath_pv/../../../outside',
  ])('refuses the path %p', async (path) => {
    await directories.create('/tmp/x')
    const message = `host path ${JSON.stringify(path)}: it must name a directory below another`
    await expect(directories.create(path)).rejects.toThrow(`Cannot create ${message}`)
    await expect(directories.remove(path)).rejects.toThrow(`Cannot remove ${message}`)
    expect(readdirSync(join(root, 'tmp'))).toEqual(['x'])
    untouched()
  })

  test('follows no link on the way, wherever it leads', async () => {
    await directories.create('/tmp/inside/precious')
    symlinkSync(outside, join(root, 'tmp/out'))
    symlinkSync('inside', join(root, 'tmp/in'))
    symlinkSync('/', join(root, 'tmp/slash'))
    await expect(directories.create('/tmp/out/new')).rejects.toThrow('mkdir /tmp/out/new: too many levels of symbolic links')
    for (const path of ['/tmp/out/precious', '/tmp/in/precious', `/tmp/slash${outside}/precious`])
      await expect(directories.remove(path)).rejects.toThrow(`unlinkat ${path}: too many levels of symbolic links`)
    expect(existsSync(join(root, 'tmp/inside/precious'))).toBe(true)
    untouched()
  })

  test('`remove()` removes a link at the end of the path, not what it leads to', async () => {
    await directories.create('/tmp/x')
    symlinkSync(outside, join(root, 'tmp/link'))
    await directories.remove('/tmp/link')
    expect(readdirSync(join(root, 'tmp'))).toEqual(['x'])
    untouched()
  })

  test('stays below the root while somebody exchanges folders for links', async () => {
    await directories.create('/tmp/parent')
    await directories.create('/tmp/aside')
    const exchange = `
      const { parentPort, workerData: { parent, aside, outside } } = require('node:worker_threads')
      const { renameSync, symlinkSync, unlinkSync } = require('node:fs')
      let isOver = false
      parentPort.on('message', () => { isOver = true })
      let count = 0
      const attempt = (act) => { try { act() } catch {} }
      const turn = () => {
        for (let i = 0; i < 50; i++) {
          attempt(() => renameSync(parent, aside + count++))
          attempt(() => symlinkSync(outside, parent))
          attempt(() => unlinkSync(parent))
        }
        if (isOver) parentPort.close(); else setImmediate(turn)
      }
      turn()
      parentPort.postMessage('begun')`
    const workerData = { parent: join(root, 'tmp/parent'), aside: join(root, 'tmp/aside/parent'), outside }
    const attacker = new Worker(exchange, { eval: true, workerData })
    await once(attacker, 'message')
    for (let round = 0; round < 1000; round++) {
      await directories.create(`/tmp/parent/made-${round}`).catch(() => undefined)
      await directories.remove('/tmp/parent/precious').catch(() => undefined)
    }
    attacker.postMessage('over')
    await once(attacker, 'exit')
    // It was a race, and not lost once.
    expect(readdirSync(join(root, 'tmp/aside')).length).toBeGreaterThan(0)
    untouched()
  })

  test('a root that is a link is the folder that it leads to', async () => {
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), root)
    await directories.create('/tmp/x')
    expect(readdirSync(join(folder, 'real/tmp'))).toEqual(['x'])
    await directories.remove('/tmp/x')
    expect(readdirSync(join(folder, 'real/tmp'))).toEqual([])
  })
})
