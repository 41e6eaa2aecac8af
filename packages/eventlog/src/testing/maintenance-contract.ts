import { describe, expect, test } from '@jest/globals'
import { brief, change, type LogMaker, valueAt, withLog, write } from './log-maker.ts'

/** What `compact`, `erase` and `verify` promise. */
export function maintenanceContract(makeLog: LogMaker): void {
  compactContract(makeLog)
  eraseContract(makeLog)
  describe('verify()', () => {
    test('checks every row and reports its progress', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['update', 'a'])
        const appended = log.append({ entries: [], records: [{ stream: 'gap', key: 'g', value: valueAt(1) }] })
        await log.flush()
        await appended
        const progress: string[] = []
        const report = log.verify({ onProgress: (done, total) => progress.push(`${done}/${total}`) })
        expect(report).toEqual({ ok: true, head: 2, entriesChecked: 2, recordsChecked: 1, problems: [] })
        expect(progress.at(-1)).toBe('3/3')
      }))

    test('accepts an empty log', () =>
      withLog(makeLog, (log) => {
        expect(log.verify()).toMatchObject({ ok: true, head: 0, entriesChecked: 0 })
      }))
  })
}

function compactContract(makeLog: LogMaker): void {
  describe('compact()', () => {
    test('keeps what was live at the revision and everything after it', () =>
      withLog(makeLog, async (log, clock) => {
        await write(
          log,
          ['create', 'a'],
          ['create', 'b'],
          ['update', 'a'],
          ['delete', 'b'],
          ['create', 'c'],
          ['update', 'a'],
          ['delete', 'c'],
        )
        expect(log.compactedRevision()).toBe(0)
        const before = log.range({ prefix: '', at: 5 })
        log.compact(5)
        expect(log.compactedRevision()).toBe(5)
        expect(log.head()).toBe(7)
        expect(brief(log.entries({ from: 1, limit: 10 }))).toEqual(['update a@3', 'create c@5', 'update a@6', 'delete c@7'])
        expect(log.range({ prefix: '', at: 5 })).toEqual(before)
        expect(log.latest('b')).toBeUndefined()
        expect(log.entry(1)).toBeUndefined()
        expect(log.verify()).toMatchObject({ ok: true, entriesChecked: 4 })
        const next = log.append({ entries: [change('create', 'b'), change('update', 'a', 6)] })
        await clock.advance(0)
        expect(brief(await next)).toEqual(['create b@8', 'update a@9'])
        log.compact(9)
        expect(brief(log.entries({ from: 1, limit: 10 }))).toEqual(['create b@8', 'update a@9'])
        expect(log.verify()).toMatchObject({ ok: true })
      }))

    test('at the head keeps the head, even when the last entry is a deletion', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['delete', 'a'])
        log.compact(2)
        expect(log.head()).toBe(2)
        expect(log.entries({ from: 1, limit: 10 })).toEqual([])
        expect(log.verify()).toMatchObject({ ok: true, head: 2 })
        await write(log, ['create', 'a'])
        expect(log.head()).toBe(3)
        expect(log.verify()).toMatchObject({ ok: true, head: 3 })
      }))

    test('refuses what is above the head or below the last compaction', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['update', 'a'])
        expect(() => log.compact(3)).toThrow('Cannot compact at 3: the head is 2')
        log.compact(2)
        log.compact(2)
        expect(() => log.compact(1)).toThrow('Cannot compact at 1: the last compaction was at 2')
      }))
  })
}

function eraseContract(makeLog: LogMaker): void {
  describe('erase()', () => {
    test('drops values that were replaced, and the chain stays whole', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['update', 'a'], ['delete', 'a'])
        log.erase([1, 2])
        log.erase([1])
        expect(log.entry(1)).toMatchObject({ revision: 1, key: 'a', value: undefined })
        expect(log.entry(2)?.value).toBeUndefined()
        expect(log.entry(3)?.value).toEqual(valueAt(3))
        expect(log.verify()).toMatchObject({ ok: true, entriesChecked: 3 })
      }))

    test('refuses the newest entry of a key and what is above the head, and then erases none', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['update', 'a'])
        expect(() => log.erase([1, 2])).toThrow('Cannot erase revision 2: it is the newest of "a"')
        expect(() => log.erase([1, 3])).toThrow('Cannot erase revision 3: the head is 2')
        expect(log.entry(1)?.value).toEqual(valueAt(1))
      }))

    test('passes over entries that a compaction removed', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['update', 'a'])
        log.compact(2)
        log.erase([1])
        expect(log.verify()).toMatchObject({ ok: true })
      }))
  })
}
