import { existsSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { fill, openTape, tapeFolder } from '../testing/tape-folder.ts'
import { openSqliteReader } from './index.ts'

const folder = tapeFolder()

describe('openSqliteReader()', () => {
  test('sees the head move, over the closing and reopening of the writer', async () => {
    const path = folder.fresh()
    const first = openTape(path, { meta: { cluster: 'here' } })
    const reader = openSqliteReader({ path })
    expect(reader.info).toEqual({ ...first.info, meta: { created: '2024-08-13T00:00:00.000Z', cluster: 'here' } })
    expect(reader.head()).toBe(0)
    await fill(first, 3)
    expect(reader.head()).toBe(3)
    expect(reader.entries({ from: 1, limit: 10 })).toEqual(first.entries({ from: 1, limit: 10 }))
    first.compact(2)
    expect(reader.compactedRevision()).toBe(2)
    await first.close()
    expect(reader.head()).toBe(3)
    const second = openTape(path)
    await fill(second, 2)
    expect(reader.head()).toBe(5)
    expect(reader.records('run').map(({ position }) => position)).toEqual([1, 2, 3, 4, 5])
    expect(reader.verify()).toMatchObject({ ok: true, head: 5 })
    await second.close()
    reader.close()
  })

  test('is not in the way of a writer, and a closed log is one file', async () => {
    const path = folder.fresh()
    await openTape(path).close()
    const reader = openSqliteReader({ path })
    expect(reader.head()).toBe(0)
    const log = openTape(path)
    await fill(log, 1)
    expect(reader.head()).toBe(1)
    reader.close()
    await log.close()
    expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false])
  })

  test('refuses reads after close', async () => {
    const path = folder.fresh()
    await openTape(path).close()
    const reader = openSqliteReader({ path })
    reader.close()
    expect(() => reader.head()).toThrow(expect.objectContaining({ code: 'LOG_CLOSED', message: `Cannot read "${path}": it is closed` }))
    expect(() => reader.verify()).toThrow('it is closed')
  })
})
