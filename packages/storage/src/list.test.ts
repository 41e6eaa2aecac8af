import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { StatusError } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { ListRequest, ListResult } from './list.ts'
import { type Bench, eachLog, isOn, keys, LEASES, PODS } from './testing/storage-bench.ts'

eachLog((open) => {
  let bench: Bench
  beforeEach(async () => {
    bench = open(new VirtualClock())
  })
  afterEach(() => bench.close())

  const list = (request: ListRequest = {}): ListResult => bench.storage.list(PODS, true, request)
  const refusal = (request: ListRequest): StatusError => {
    try {
      list(request)
    } catch (error) {
      return error as StatusError
    }
    throw new Error('the list was not refused')
  }

  /** Follows continue tokens to the end. */
  async function pages(request: ListRequest, between: () => Promise<unknown> = () => Promise.resolve()): Promise<ListResult[]> {
    const all = [list(request)]
    for (let token = all[0]!.continue; token !== undefined; token = all.at(-1)!.continue) {
      await between()
      all.push(list({ ...request, continue: token }))
    }
    return all
  }

  describe.each([false, true])('Storage.list() with fromLog %s', (fromLog) => {
    test('R3 and R7 shows the newest state at its revision, sorted by namespace and name in byte order', async () => {
      for (const key of ['b/one', 'a/two', 'a/one', 'a-b/one', 'a/One', 'B/z']) await bench.put(key)
      await bench.put('a/two')
      await bench.remove('b/one')
      const listed = list({ fromLog })
      expect(listed.revision).toBe(8)
      expect(keys(listed.items)).toEqual(['B/z@6', 'a-b/one@4', 'a/One@5', 'a/one@3', 'a/two@7'])
      expect(listed.items.every(({ revision }) => revision <= listed.revision)).toBe(true)
      expect(listed).toMatchObject({ continue: undefined, remaining: undefined })
    })

    test('lists one namespace, one selector, or nothing', async () => {
      for (const key of ['a/one', 'ab/one', 'b/one']) await bench.put(key, key === 'ab/one' ? {} : { state: 'on' })
      expect(keys(list({ fromLog, namespace: 'a' }).items)).toEqual(['a/one@1'])
      expect(keys(list({ fromLog, matches: isOn }).items)).toEqual(['a/one@1', 'b/one@3'])
      expect(list({ fromLog, namespace: 'none' })).toMatchObject({ revision: 3, items: [], continue: undefined })
      expect(bench.storage.list(LEASES, true, { fromLog })).toMatchObject({ revision: 3, items: [] })
    })

    test('lists cluster-scoped objects, whose names are no namespaces', async () => {
      await bench.put('one')
      await bench.put('two')
      const { items } = bench.storage.list(PODS, false, { fromLog, namespace: 'one' })
      expect(items.map(({ namespace, name }) => [namespace, name])).toEqual([
        ['', 'one'],
        ['', 'two'],
      ])
    })

    test('R3 and R16 is never older than the newest acknowledged write', async () => {
      for (let n = 0; n < 50; n++) {
        const revision = await bench.put(`a/${n % 7}`, { n: String(n) })
        const listed = list({ fromLog })
        expect(listed.revision).toBe(revision)
        expect(listed.items.find(({ name }) => name === String(n % 7))!.object.metadata!.labels).toEqual({ n: String(n) })
      }
    })

    test('R8 pages: the revision stays, no item comes twice or is missing, whatever is written meanwhile', async () => {
      for (let n = 0; n < 20; n++) await bench.put(`a/n${String(n).padStart(2, '0')}`, { state: n % 2 === 0 ? 'on' : 'off' })
      const then = keys(list({ fromLog }).items)
      let turn = 0
      const got = await pages({ fromLog, limit: 3 }, async () => {
        await bench.put(`a/n${String((turn * 7) % 20).padStart(2, '0')}`)
        await bench.put(`a/n${String(turn).padStart(2, '0')}b`)
        if (turn % 2 === 0) await bench.remove(`a/n${String(19 - turn).padStart(2, '0')}`)
        turn++
      })
      expect(got.flatMap(({ items }) => keys(items))).toEqual(then)
      expect(got.map(({ revision }) => revision)).toEqual(got.map(() => 20))
      expect(got.map(({ items }) => items.length)).toEqual([3, 3, 3, 3, 3, 3, 2])
      expect(got.map(({ remaining }) => remaining)).toEqual([17, 14, 11, 8, 5, 2, undefined])
    })

    test('R8 pages under a selector: every page but the last is full, and nothing is said of what remains', async () => {
      for (let n = 0; n < 20; n++) await bench.put(`a/n${String(n).padStart(2, '0')}`, { state: n % 3 === 0 ? 'on' : 'off' })
      const got = await pages({ fromLog, limit: 2, matches: isOn }, () => bench.put('a/n00'))
      expect(got.map(({ items }) => items.map(({ name }) => name))).toEqual([['n00', 'n03'], ['n06', 'n09'], ['n12', 'n15'], ['n18']])
      expect(got.every(({ remaining }) => remaining === undefined)).toBe(true)
    })

    test('R8 pages one namespace only', async () => {
      for (const key of ['a/1', 'a/2', 'a/3', 'aa/1', 'b/1']) await bench.put(key)
      const got = await pages({ fromLog, limit: 2, namespace: 'a' }, () => bench.put('a/4'))
      expect(got.flatMap(({ items }) => keys(items))).toEqual(['a/1@1', 'a/2@2', 'a/3@3'])
      expect(got[0]!.remaining).toBe(1)
    })

    test('R8 takes another limit, or none, on the way', async () => {
      for (const key of ['a/1', 'a/2', 'a/3', 'a/4', 'a/5']) await bench.put(key)
      const first = list({ fromLog, limit: 1 })
      expect(keys(list({ fromLog, continue: first.continue! }).items)).toEqual(['a/2@2', 'a/3@3', 'a/4@4', 'a/5@5'])
      const second = list({ fromLog, limit: 2, resourceVersion: '0', continue: first.continue! })
      expect(keys(second.items)).toEqual(['a/2@2', 'a/3@3'])
      expect(second.remaining).toBe(2)
    })

    test('R8 pages over more objects than one read of the log brings', async () => {
      const commits = Array.from({ length: 2100 }, (_, n) =>
        bench.storage.commit([bench.putting(`a/n${String(n).padStart(4, '0')}`, n > 2090 ? { state: 'on' } : {})]),
      )
      await bench.log.flush()
      await Promise.all(commits)
      expect(list({ fromLog }).items).toHaveLength(2100)
      const got = await pages({ fromLog, limit: 1050 }, () => bench.put('a/n0000'))
      expect(got.map(({ items, remaining }) => [items.length, remaining])).toEqual([
        [1050, 1050],
        [1050, undefined],
      ])
      expect(keys(list({ fromLog, matches: isOn, limit: 5 }).items)).toEqual([
        'a/n2091@2092',
        'a/n2092@2093',
        'a/n2093@2094',
        'a/n2094@2095',
        'a/n2095@2096',
      ])
    })

    test('R6 exactly at each revision shows the state of then', async () => {
      await bench.put('a/one', { n: '1' })
      await bench.put('a/two')
      await bench.put('a/one', { n: '3' })
      await bench.remove('a/two')
      await bench.put('a/two')
      const at = (revision: number) => list({ fromLog, resourceVersion: String(revision), resourceVersionMatch: 'Exact' })
      expect([1, 2, 3, 4, 5].map((revision) => keys(at(revision).items))).toEqual([
        ['a/one@1'],
        ['a/one@1', 'a/two@2'],
        ['a/one@3', 'a/two@2'],
        ['a/one@3'],
        ['a/one@3', 'a/two@5'],
      ])
      expect([1, 2, 3, 4, 5].map((revision) => at(revision).revision)).toEqual([1, 2, 3, 4, 5])
      expect(at(1).items[0]!.object.metadata!.labels).toEqual({ n: '1' })
    })

    test('R6 exactly at a revision before the restart shows what was deleted since', async () => {
      await bench.put('a/one')
      await bench.put('a/two')
      await bench.remove('a/two')
      await bench.restart()
      expect(keys(list({ fromLog, resourceVersion: '2', resourceVersionMatch: 'Exact' }).items)).toEqual(['a/one@1', 'a/two@2'])
    })

    test('R15 below the compaction is refused with 410, at it and above it is not', async () => {
      for (const key of ['a/one', 'a/two', 'a/one', 'a/one']) await bench.put(key)
      bench.log.compact(3)
      expect(refusal({ fromLog, resourceVersion: '2', resourceVersionMatch: 'Exact' }).status).toMatchObject({
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided list is too old.',
        metadata: {},
      })
      expect(keys(list({ fromLog, resourceVersion: '3', resourceVersionMatch: 'Exact' }).items)).toEqual(['a/one@3', 'a/two@2'])
      expect(keys(list({ fromLog }).items)).toEqual(['a/one@4', 'a/two@2'])
    })

    test('R8 an expired token is refused with 410 that brings a token for the rest as of now', async () => {
      for (const key of ['a/1', 'a/2', 'a/3', 'a/4']) await bench.put(key)
      const { continue: token } = list({ fromLog, limit: 2 })
      await bench.put('a/2b')
      await bench.remove('a/4')
      bench.log.compact(bench.storage.revision)
      const { status } = refusal({ fromLog, limit: 2, continue: token! })
      expect(status).toMatchObject({ code: 410, reason: 'Expired' })
      expect(status.message).toMatch(/^The provided continue parameter is too old .* may show up in the list\.$/)
      const rest = list({ fromLog, continue: status.metadata['continue'] as string })
      expect(keys(rest.items)).toEqual(['a/2b@5', 'a/3@3'])
      expect(rest.revision).toBe(6)
    })

    test('R6 where a value of then was erased is refused with 410', async () => {
      await bench.put('a/one')
      await bench.put('a/one')
      bench.log.erase([1])
      expect(refusal({ fromLog, resourceVersion: '1', resourceVersionMatch: 'Exact' }).message).toBe(
        'The resourceVersion for the provided list is too old.',
      )
    })

    test('R9 exactly at a revision from the future is refused with 500', async () => {
      await bench.put('a/one')
      expect(refusal({ fromLog, resourceVersion: '2', resourceVersionMatch: 'Exact' }).status).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'etcdserver: mvcc: required revision is a future revision',
        code: 500,
      })
    })
  })

  describe('Storage.list()', () => {
    beforeEach(async () => {
      for (const key of ['a/1', 'a/2', 'a/3']) await bench.put(key)
    })

    test('R4 at "0" shows everything, whatever the limit', () => {
      expect(list({ resourceVersion: '0', limit: 1 })).toMatchObject({ revision: 3, continue: undefined })
      expect(list({ resourceVersion: '0', limit: 1 }).items).toHaveLength(3)
    })

    test('R5 a revision without a limit is not older, with a limit it is exact', () => {
      expect(list({ resourceVersion: '2' })).toMatchObject({ revision: 3 })
      expect(list({ resourceVersion: '2', limit: 5 })).toMatchObject({ revision: 2 })
      expect(keys(list({ resourceVersion: '2', limit: 5 }).items)).toEqual(['a/1@1', 'a/2@2'])
    })

    test('R6 NotOlderThan shows the newest state, also with a limit', () => {
      const listed = list({ resourceVersion: '1', resourceVersionMatch: 'NotOlderThan', limit: 2 })
      expect(keys(listed.items)).toEqual(['a/1@1', 'a/2@2'])
      expect(listed.revision).toBe(3)
    })

    test('R8 a revision beside a token is refused with 400, "0" is not', () => {
      const { continue: token } = list({ limit: 1 })
      expect(refusal({ continue: token!, resourceVersion: '2' }).status).toMatchObject({
        code: 400,
        message: 'specifying resource version is not allowed when using continue',
      })
      expect(keys(list({ continue: token!, resourceVersion: '0' }).items)).toEqual(['a/2@2', 'a/3@3'])
    })

    test('R8 says nothing of what remains where the window does not reach', async () => {
      const { continue: token } = list({ limit: 1 })
      await bench.restart()
      await bench.put('a/1')
      expect(list({ limit: 1, continue: token! })).toMatchObject({ revision: 3, remaining: 1 })
      const early = list({ limit: 1, resourceVersion: '2' })
      expect([keys(early.items), early.remaining, early.continue === undefined]).toEqual([['a/1@1'], undefined, false])
    })
  })
})
