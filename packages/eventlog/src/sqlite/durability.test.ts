import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { randomInt, seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import Database from 'better-sqlite3'
import { killChildWriters, startChildWriter } from '../testing/child-writer.ts'
import { fill, openTape, tapeFolder } from '../testing/tape-folder.ts'
import { openSqliteReader } from './index.ts'
import { translate } from './sqlite-error.ts'

const folder = tapeFolder()
killChildWriters()
const CRASH_CYCLES = Number(process.env['KUBETAPE_CRASH_CYCLES'] ?? 4)
/** Four appends can be on their way when the process dies. */
const UNACKNOWLEDGED_MAX = 4

describe('a writer that is killed', () => {
  test(
    'leaves every acknowledged entry, and at most what was on its way',
    async () => {
      const path = folder.fresh()
      const random = seededRandom(11)
      for (let cycle = 0; cycle < CRASH_CYCLES; cycle++) {
        const writer = startChildWriter(path)
        await writer.acknowledged(1 + randomInt(random, 200))
        const acknowledged = await writer.kill()
        const log = openTape(path)
        expect(log.head()).toBeGreaterThanOrEqual(acknowledged)
        expect(log.head()).toBeLessThanOrEqual(acknowledged + UNACKNOWLEDGED_MAX)
        expect(log.records('run')).toHaveLength(log.head())
        expect(log.verify()).toMatchObject({ ok: true, entriesChecked: log.head() })
        await log.close()
      }
    },
    20_000 + CRASH_CYCLES * 2_000,
  )

  test('holds the log against others until it is gone, and can be read meanwhile', async () => {
    const path = folder.fresh()
    const writer = startChildWriter(path)
    await writer.acknowledged(1)
    expect(() => openTape(path)).toThrow(
      expect.objectContaining({
        code: 'LOG_LOCKED',
        message: `Cannot open "${path}" for writing: process ${writer.process.pid} has it open`,
      }),
    )
    const reader = openSqliteReader({ path })
    const before = reader.head()
    let acknowledged = 0
    while (acknowledged <= before) acknowledged = Number(await writer.acknowledged(1))
    expect(reader.head()).toBeGreaterThanOrEqual(acknowledged)
    expect(reader.verify()).toMatchObject({ ok: true })
    await writer.kill()
    reader.close()
    await openTape(path).close()
  }, 20_000)
})

describe('a disk that is full', () => {
  const mount = join(folder.path('.'), 'small')
  let mounted = false
  try {
    mkdirSync(mount)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount], { stdio: 'ignore' })
    mounted = true
  } catch {
    mounted = false
  }
  afterAll(() => {
    if (mounted) execFileSync('umount', [mount])
  })

  /** Where nothing can be mounted these tests prove nothing: said aloud, and no option on CI. */
  const onSmallDisk = (name: string, body: () => Promise<void>): void =>
    test(name, async () => {
      if (mounted) return body()
      if (process.env['CI'] === 'true') throw new Error('Cannot mount a small file system: CI must run this as root')
      process.stderr.write(`skipped "${name}": mounting a small file system takes root\n`)
    })

  onSmallDisk('refuses appends without a trace, warns, and takes appends again once there is space', async () => {
    const path = join(mount, 'log.tape')
    const ballast = join(mount, 'ballast')
    writeFileSync(ballast, Buffer.alloc(1_500_000))
    const said: string[] = []
    const clock = new VirtualClock()
    const log = openTape(path, { clock, logger: (level, message) => said.push(`${level} ${message}`) })
    let refused: unknown
    for (let i = 0; refused === undefined && i < 100; i++) await fill(log, 1, 50_000).catch((error: unknown) => (refused = error))
    expect(refused).toMatchObject({ code: 'DISK_FULL' })
    expect(said).toContain('warn The disk of the log is nearly full')
    const head = log.head()
    expect(log.records('run')).toHaveLength(head)
    await expect(fill(log, 1, 50_000)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(log.entries({ from: 1, limit: 1000 })).toHaveLength(head)
    rmSync(ballast)
    await fill(log, 1, 50_000)
    expect(log.head()).toBe(head + 1)
    expect(log.verify()).toMatchObject({ ok: true, head: head + 1 })
    await log.close()
    const again = openTape(path)
    expect(again.head()).toBe(head + 1)
    await again.close()
  })

  onSmallDisk('does not keep a finished tape from being read where nothing can be written', async () => {
    const path = join(mount, 'finished.tape')
    const log = openTape(path)
    await fill(log, 3)
    await log.close()
    execFileSync('mount', ['-o', 'remount,ro', mount])
    try {
      const reader = openSqliteReader({ path })
      expect(reader.head()).toBe(3)
      expect(reader.verify()).toMatchObject({ ok: true, head: 3 })
      reader.close()
      expect(existsSync(`${path}-shm`)).toBe(false)
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', mount])
    }
  })
})

describe('a disk that fails', () => {
  test('ends the handle; what was acknowledged is there when the log is opened again', async () => {
    const path = folder.fresh()
    // Beyond this file size (in 512-byte blocks), writes fail with an error that is not "disk full".
    const writer = startChildWriter(path, 'ulimit -f 3000;')
    expect(await writer.acknowledged(100_000)).toBe('IO_FAILED')
    const acknowledged = await writer.kill()
    expect(acknowledged).toBeGreaterThan(0)
    const log = openTape(path)
    expect(log.head()).toBeGreaterThanOrEqual(acknowledged)
    expect(log.verify()).toMatchObject({ ok: true })
    await log.close()
  }, 20_000)

  test('a foreign writer ends the handle too', async () => {
    const path = folder.fresh()
    const log = openTape(path)
    await fill(log, 1)
    const foreign = new Database(path)
    foreign.exec("INSERT INTO entry (revision, time, key, operation, prior, value, previous, hash) VALUES (2, 0, 'x', 1, 0, x'', x'', x'')")
    foreign.close()
    await expect(fill(log, 1)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
    await expect(log.append({ entries: [] })).rejects.toMatchObject({ code: 'LOG_CLOSED' })
    expect(() => log.head()).toThrow('the database is damaged')
    await log.close()
    expect(() => openTape(path)).toThrow('its chain is broken')
  })

  test.each([
    ['SQLITE_IOERR_FSYNC', 'IO_FAILED'],
    ['SQLITE_READONLY_DBMOVED', 'IO_FAILED'],
    ['SQLITE_FULL', 'DISK_FULL'],
    ['SQLITE_IOERR_SHMSIZE', 'DISK_FULL'],
    ['SQLITE_CORRUPT_VTAB', 'LOG_DAMAGED'],
    ['SQLITE_BUSY_SNAPSHOT', 'LOG_LOCKED'],
  ])('translate() says for %s: %s', (sqlite, code) => {
    const error = new Database.SqliteError('why', sqlite)
    expect(translate(error, 'append')).toMatchObject({
      code,
      cause: error,
      message: expect.stringMatching(/^Cannot append: .*\(.*: why\)$/),
    })
  })
})

describe('the -wal', () => {
  test('stays small, and a reader that keeps it from shrinking is warned of', async () => {
    const path = folder.fresh()
    const clock = new VirtualClock()
    const said: [string, string][] = []
    const log = openTape(path, { clock, durability: 'relaxed', logger: (level, message) => said.push([level, message]) })
    const write = async (megabytes: number): Promise<void> => {
      for (let i = 0; i < megabytes; i++) {
        await fill(log, 1, 1 << 20)
        await clock.advance(0)
      }
    }
    await write(40)
    expect(statSync(`${path}-wal`).size).toBeLessThan(16 << 20)
    expect(said).toEqual([])
    const reader = new Database(path, { readonly: true })
    reader.exec('BEGIN; SELECT count(*) FROM entry')
    await write(80)
    expect(said).toEqual([['warn', 'The -wal grows because a reader holds on to an old state']])
    reader.exec('COMMIT')
    reader.close()
    await log.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  }, 20_000)
})
