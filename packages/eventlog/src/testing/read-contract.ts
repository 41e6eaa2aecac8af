import { describe, expect, test } from '@jest/globals'
import { brief, type LogMaker, withLog, write } from './log-maker.ts'

/** What the reading half promises at every revision. */
export function readContract(makeLog: LogMaker): void {
  latestContract(makeLog)
  rangeContract(makeLog)
  entriesContract(makeLog)
}

function latestContract(makeLog: LogMaker): void {
  describe('latest()', () => {
    test('answers the newest entry at a revision, deletions included', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'a'], ['create', 'b'], ['update', 'a'], ['delete', 'a'])
        expect(log.latest('a')).toMatchObject({ revision: 4, operation: 'delete', prior: 3 })
        expect(log.latest('a', 3)?.revision).toBe(3)
        expect(log.latest('a', 2)?.revision).toBe(1)
        expect(log.latest('b', 1)).toBeUndefined()
        expect(log.latest('ab')).toBeUndefined()
      }))
  })
}

function rangeContract(makeLog: LogMaker): void {
  describe('range()', () => {
    test('answers live keys of a prefix in order, at a revision', () =>
      withLog(makeLog, async (log) => {
        await write(
          log,
          ['create', 'p/b'],
          ['create', 'p/a'],
          ['create', 'q/a'],
          ['update', 'p/b'],
          ['delete', 'p/a'],
          ['create', 'p/c'],
          ['create', 'p'],
        )
        expect(brief(log.range({ prefix: 'p/' }))).toEqual(['update p/b@4', 'create p/c@6'])
        expect(brief(log.range({ prefix: 'p/', at: 3 }))).toEqual(['create p/a@2', 'create p/b@1'])
        expect(brief(log.range({ prefix: 'p/', at: 0 }))).toEqual([])
        expect(brief(log.range({ prefix: '' }))).toEqual(['create p@7', 'update p/b@4', 'create p/c@6', 'create q/a@3'])
        expect(brief(log.range({ prefix: 'z' }))).toEqual([])
      }))

    test('pages with after and limit; limit counts live keys only', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'p/a'], ['create', 'p/b'], ['create', 'p/b/x'], ['create', 'p/c'], ['delete', 'p/b'])
        expect(brief(log.range({ prefix: 'p/', limit: 2 }))).toEqual(['create p/a@1', 'create p/b/x@3'])
        expect(brief(log.range({ prefix: 'p/', after: 'p/b/x', limit: 2 }))).toEqual(['create p/c@4'])
        expect(brief(log.range({ prefix: 'p/', after: 'p/b' }))).toEqual(['create p/b/x@3', 'create p/c@4'])
        expect(brief(log.range({ prefix: 'p/', after: 'o', limit: 1 }))).toEqual(['create p/a@1'])
        expect(brief(log.range({ prefix: 'p/', after: 'q' }))).toEqual([])
        expect(brief(log.range({ prefix: 'p/', limit: 0 }))).toEqual([])
      }))

    test('orders by the bytes of the key', () =>
      withLog(makeLog, async (log) => {
        const keys = ['k\u{1f600}', 'k\uffee', 'kz', 'k\0', 'k', 'k\u{10ffff}x', 'kä']
        await write(log, ...keys.map((key): ['create', string] => ['create', key]))
        const ordered = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        expect(log.range({ prefix: 'k' }).map(({ key }) => key)).toEqual(ordered)
        expect(log.range({ prefix: 'k', after: 'k\uffee' }).map(({ key }) => key)).toEqual(['k\u{1f600}', 'k\u{10ffff}x'])
        expect(log.range({ prefix: 'k\u{10ffff}' }).map(({ key }) => key)).toEqual(['k\u{10ffff}x'])
      }))

    test('keeps many keys in order', () =>
      withLog(makeLog, async (log) => {
        const keys = Array.from({ length: 1500 }, (_, i) => `k${(i * 7919) % 1500}`)
        const appended = log.append({
          entries: keys.map((key) => ({ key, operation: 'create' as const, expect: 0, encode: () => Buffer.alloc(0) })),
        })
        await log.flush()
        await appended
        const read: string[] = []
        for (
          let page = log.range({ prefix: 'k', limit: 400 });
          page.length > 0;
          page = log.range({ prefix: 'k', limit: 400, after: read.at(-1)! })
        ) {
          read.push(...page.map(({ key }) => key))
        }
        expect(read).toEqual([...keys].sort())
        expect(log.entry(1)?.value).toHaveLength(0)
      }))
  })
}

function entriesContract(makeLog: LogMaker): void {
  describe('entries()', () => {
    test('answers a span of revisions in order, by prefix and limit', () =>
      withLog(makeLog, async (log) => {
        await write(log, ['create', 'p/a'], ['create', 'q/a'], ['update', 'p/a'], ['delete', 'q/a'], ['delete', 'p/a'])
        expect(brief(log.entries({ from: 2, limit: 2 }))).toEqual(['create q/a@2', 'update p/a@3'])
        expect(brief(log.entries({ from: 0, to: 4, limit: 10, prefix: 'p/' }))).toEqual(['create p/a@1', 'update p/a@3'])
        expect(brief(log.entries({ from: 6, limit: 10 }))).toEqual([])
        expect(log.entries({ from: 1, limit: Infinity })).toHaveLength(5)
      }))
  })
}
