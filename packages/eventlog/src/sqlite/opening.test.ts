import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import Database from 'better-sqlite3'
import { closedTape, cutOffTape, refusal } from '../testing/broken-tape.ts'
import { fill, openTape, tapeFolder } from '../testing/tape-folder.ts'
import { openSqliteReader } from './index.ts'
import { WITNESS_INTERVAL_MS } from './witness.ts'

const folder = tapeFolder()

describe('openSqliteLog()', () => {
  test('makes folder and files for the owner only', async () => {
    const path = folder.path('deep/er/log.tape')
    const log = openTape(path, { meta: { cluster: 'here' } })
    await fill(log, 1)
    const mode = (of: string) => (statSync(of).mode & 0o777).toString(8)
    expect([mode(dirname(path)), ...['', '-wal', '-shm', '.head', '.lock'].map((suffix) => mode(path + suffix))]).toEqual([
      '700',
      '600',
      '600',
      '600',
      '600',
      '600',
    ])
    expect(log.info).toMatchObject({
      meta: { created: '2024-08-13T00:00:00.000Z', cluster: 'here' },
      capabilities: { durable: true, readersInOtherProcesses: true },
    })
    await log.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test('finds everything again', async () => {
    const path = await closedTape(folder)
    const log = openTape(path)
    expect(log.head()).toBe(20)
    expect(log.records('run')).toHaveLength(20)
    await fill(log, 1)
    expect(log.head()).toBe(21)
    expect(log.verify()).toMatchObject({ ok: true, entriesChecked: 21, recordsChecked: 21 })
    await log.close()
    const again = openTape(path)
    expect(again.compactedRevision()).toBe(0)
    again.compact(21)
    await again.close()
    const compacted = openTape(path)
    expect([compacted.head(), compacted.compactedRevision()]).toEqual([21, 21])
    await compacted.close()
  })

  test('finds everything again after a power cut', async () => {
    const log = openTape(await cutOffTape(folder))
    expect(log.head()).toBe(20)
    expect(log.verify()).toMatchObject({ ok: true, head: 20 })
    await log.close()
  })

  test('keeps expectations over a restart', async () => {
    const log = openTape(await closedTape(folder, 2))
    const bytes = { encode: () => Buffer.alloc(1) }
    await expect(log.append({ entries: [{ key: 'key0', operation: 'create', expect: 0, ...bytes }] })).rejects.toMatchObject({ actual: 1 })
    await log.close()
  })

  test('completes a creation that was cut off', async () => {
    const empty = folder.fresh()
    writeFileSync(empty, '')
    const tableless = folder.fresh()
    const db = new Database(tableless)
    db.pragma('journal_mode = WAL')
    db.close()
    for (const path of [empty, tableless]) {
      const log = openTape(path)
      await fill(log, 1)
      await log.close()
      expect(openSqliteReader({ path }).head()).toBe(1)
    }
  })

  test('refuses a second writer of the same log, under any name, and says who has it', async () => {
    const path = folder.fresh()
    const log = openTape(path)
    const alias = folder.path('alias.tape')
    symlinkSync(path, alias)
    for (const name of [path, alias]) {
      expect(() => openTape(name)).toThrow(`Cannot open "${path}" for writing: this process (pid ${process.pid}) has it open`)
    }
    await fill(log, 1)
    await log.close()
    await openTape(path).close()
  })

  test('refuses a newer format', async () => {
    const path = await closedTape(folder)
    const db = new Database(path)
    db.pragma('user_version = 2')
    db.close()
    const message = `FORMAT_TOO_NEW Cannot open "P": its tape format is 2 and this build reads up to 1; upgrade Kubetape to read it`
    expect(refusal(path)).toBe(message)
    expect(() => openSqliteReader({ path })).toThrow('upgrade Kubetape')
  })

  test('refuses what is no tape', () => {
    const text = folder.fresh()
    writeFileSync(text, 'Dear diary, '.repeat(100))
    expect(refusal(text)).toBe('NOT_A_TAPE Cannot open "P": it is no SQLite database')
    const other = folder.fresh()
    const db = new Database(other)
    db.exec('CREATE TABLE diary (day TEXT)')
    db.close()
    expect(refusal(other)).toBe('NOT_A_TAPE Cannot open "P": it is an SQLite database, but no tape')
    expect(() => openSqliteReader({ path: folder.path('nowhere') })).toThrow('there is no such file')
  })
})

describe('the witness', () => {
  test('follows within a second, and says whether the log was closed', async () => {
    const clock = new VirtualClock()
    const path = folder.fresh()
    const witness = () =>
      JSON.parse(readFileSync(`${path}.head`, 'utf8')) as { clean: boolean; pid: number; heads: { entry: { position: number } } }
    const log = openTape(path, { clock })
    expect(witness()).toMatchObject({ clean: false, pid: process.pid, heads: { entry: { position: 0 } } })
    await fill(log, 3)
    await clock.advance(WITNESS_INTERVAL_MS - 1)
    expect(witness().heads.entry.position).toBe(0)
    await clock.advance(1)
    expect(witness().heads.entry.position).toBe(3)
    await fill(log, 1)
    await log.close()
    expect(witness()).toMatchObject({ clean: true, heads: { entry: { position: 4 } } })
    expect(clock.pendingTimers).toBe(0)
  })

  test('may be missing, which is said', async () => {
    const path = await closedTape(folder)
    rmSync(`${path}.head`)
    const said: string[] = []
    const log = openTape(path, { logger: (level, message) => said.push(`${level} ${message}`) })
    expect(said).toEqual(['warn The log has no witness beside it: whether its end is complete cannot be told'])
    await log.close()
  })
})
