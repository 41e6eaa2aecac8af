import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import Database from 'better-sqlite3'
import { closedTape, cutOffTape, KEEP, refusal } from '../testing/broken-tape.ts'
import { cutOff, fill, flipByte, flipText, openTape, tapeFolder } from '../testing/tape-folder.ts'
import { openSqliteReader } from './index.ts'

const folder = tapeFolder()

describe('openSqliteLog() reports a lost tail and changes nothing', () => {
  test('when the -wal was deleted', async () => {
    const path = await cutOffTape(folder)
    rmSync(`${path}-wal`)
    expect(refusal(path)).toBe(
      `TAIL_LOST Cannot open "P" for writing: acknowledged entries are lost, it ends at revision 0 and its witness is at 20; ${KEEP}`,
    )
  })

  test('when a byte of the -wal flipped', async () => {
    const path = await cutOffTape(folder)
    flipByte(`${path}-wal`)
    expect(refusal(path)).toMatch(/^TAIL_LOST .* it ends at revision \d+ and its witness is at 20; /)
  })

  test('when the file is gone or empty', async () => {
    const path = await closedTape(folder)
    rmSync(path)
    expect(refusal(path)).toBe(
      `TAIL_LOST Cannot open "P" for writing: acknowledged entries are lost, the file is missing and its witness "P.head" is at revision 20; ${KEEP}`,
    )
    writeFileSync(path, '')
    expect(refusal(path)).toMatch('the file is empty and its witness')
    rmSync(`${path}.head`)
    writeFileSync(`${path}-wal`, 'frames')
    expect(refusal(path)).toMatch('the file is empty and "P-wal" is there')
  })

  test('when an older copy was put in its place', async () => {
    const path = await closedTape(folder)
    const old = folder.fresh()
    cpSync(path, old)
    const log = openTape(path)
    await fill(log, 5)
    await log.close()
    cpSync(old, path)
    expect(refusal(path)).toMatch('it ends at revision 20 and its witness is at 25')
  })
})

describe('openSqliteLog() reports damage and changes nothing', () => {
  test('when the file was truncated', async () => {
    const path = await closedTape(folder, 200)
    truncateSync(path, statSync(path).size >> 1)
    expect(refusal(path)).toMatch(/^LOG_DAMAGED Cannot open "P": the database is damaged; nothing was changed/)
  })

  test('when an old -wal lies beside it', async () => {
    const clock = new VirtualClock()
    const [path, early] = [folder.fresh(), folder.fresh()]
    const log = openTape(path, { clock })
    await fill(log, 5)
    cutOff(path, early)
    await fill(log, 20)
    await log.close()
    cpSync(`${early}-wal`, `${path}-wal`)
    expect(refusal(path)).toMatch(/^(TAIL_LOST|LOG_DAMAGED) /)
  })

  test('when it is another log than its witness saw', async () => {
    const path = await closedTape(folder, 20, 1)
    cpSync(await closedTape(folder, 30, 2), path)
    expect(refusal(path)).toMatch(
      /^LOG_DAMAGED .* its generation is \S+ and that of its witness \S+: the log, its -wal or its witness was replaced; /,
    )
  })

  test('when a row was changed after the last verified mark', async () => {
    const path = await cutOffTape(folder)
    const db = new Database(path)
    db.exec("UPDATE entry SET cause = 'nobody' WHERE revision = 7")
    db.close()
    expect(refusal(path)).toBe(`LOG_DAMAGED Cannot open "P" for writing: its chain is broken (entry 7 is not what was written); ${KEEP}`)
  })

  test('when a row was changed that an opener before found in the -wal alone', async () => {
    const [path, copy] = [await cutOffTape(folder), folder.fresh()]
    const log = openTape(path)
    cutOff(path, copy)
    await log.close()
    const db = new Database(copy)
    db.exec("UPDATE entry SET cause = 'nobody' WHERE revision = 7")
    db.close()
    expect(refusal(copy)).toMatch('its chain is broken (entry 7 is not what was written)')
  })

  test('when the last entry is not the one that was witnessed', async () => {
    const path = await closedTape(folder)
    const db = new Database(path)
    db.exec('UPDATE entry SET hash = zeroblob(32) WHERE revision = 20')
    db.close()
    expect(refusal(path)).toMatch('revision 20 is not the one that its witness saw')
  })

  test('when SQLite finds it damaged after an unclean stop', async () => {
    const path = await closedTape(folder)
    const db = new Database(path)
    db.unsafeMode()
    db.pragma('writable_schema = ON')
    const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'entry_key'").get() as { rootpage: number }
    db.exec(`UPDATE sqlite_master SET rootpage = ${rootpage + 1} WHERE name = 'entry_key'`)
    db.close()
    writeFileSync(`${path}.head`, readFileSync(`${path}.head`, 'utf8').replace('"clean":true', '"clean":false'))
    expect(refusal(path)).toMatch(/^LOG_DAMAGED /)
  })

  test('when its witness is unreadable', async () => {
    const path = await closedTape(folder)
    writeFileSync(`${path}.head`, '{"generation":"x"}')
    expect(refusal(path)).toBe('LOG_DAMAGED Cannot read the witness "P.head": generation, pid or clean is missing')
  })
})

describe('a flipped byte in the log', () => {
  test('is found when its entry is read, and by verify()', async () => {
    const path = await closedTape(folder)
    flipText(path, 'value of 7 ')
    const log = openTape(path)
    expect(log.entry(6)?.revision).toBe(6)
    const message = `Cannot read "${path}": entry 7 is not what was written; nothing was changed`
    expect(() => log.entry(7)).toThrow(message)
    expect(() => log.range({ prefix: 'key' })).toThrow(message)
    expect(log.verify()).toMatchObject({ ok: false, problems: ['entry 7 is not what was written'] })
    await log.close()
    const reader = openSqliteReader({ path })
    expect(() => reader.latest('key6')).toThrow(message)
    reader.close()
  })

  test('in a side record is found too', async () => {
    const path = await closedTape(folder)
    flipText(path, 'run 7')
    const log = openTape(path)
    expect(() => log.records('run')).toThrow('run record 8 is not what was written')
    expect(log.verify().problems).toEqual(['run record 8 is not what was written'])
    await log.close()
  })
})
