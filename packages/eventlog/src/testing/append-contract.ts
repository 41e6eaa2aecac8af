import { describe, expect, test } from '@jest/globals'
import { EventLogError, ExpectationFailed } from '../errors.ts'
import { type Commit, LAZY_FLUSH_MS } from '../event-log.ts'
import { brief, change, type LogMaker, valueAt, withLog, write } from './log-maker.ts'

const record = (key: string, text = key, stream = 'run') => ({ stream, key, value: Buffer.from(text) })

/** What `append`, `flush` and `onCommit` promise. */
export function appendContract(makeLog: LogMaker): void {
  writeContract(makeLog)
  refusalContract(makeLog)
  listenerContract(makeLog)
  recordContract(makeLog)
}

function writeContract(makeLog: LogMaker): void {
  describe('append()', () => {
    test('gives revisions without a gap, with time, prior, cause and the bytes of that revision', () =>
      withLog(makeLog, async (log, clock) => {
        expect(log.head()).toBe(0)
        const first = log.append({ entries: [change('create', 'a', 0, 'run:1/1'), change('create', 'b')] })
        const second = log.append({ entries: [change('update', 'a', 1)] })
        await clock.advance(0)
        expect(await first).toEqual([
          { revision: 1, timeMs: clock.wallMs(), key: 'a', operation: 'create', prior: 0, cause: 'run:1/1', value: valueAt(1) },
          { revision: 2, timeMs: clock.wallMs(), key: 'b', operation: 'create', prior: 0, cause: undefined, value: valueAt(2) },
        ])
        expect((await second)[0]).toMatchObject({ revision: 3, prior: 1 })
        expect(log.head()).toBe(3)
        expect(log.entry(1)).toEqual((await first)[0])
        expect(log.entry(4)).toBeUndefined()
      }))

    test('is not visible before its commit', () =>
      withLog(makeLog, async (log, clock) => {
        const appended = log.append({ entries: [change('create', 'a')] })
        expect(log.head()).toBe(0)
        expect(log.latest('a')).toBeUndefined()
        await clock.advance(0)
        await appended
        expect(log.head()).toBe(1)
      }))

    test('lets a key be made again after its deletion', () =>
      withLog(makeLog, async (log, clock) => {
        await write(log, ['create', 'a'], ['delete', 'a'])
        await expect(log.append({ entries: [change('update', 'a', 2)] })).rejects.toMatchObject({ actual: 0 })
        const again = log.append({ entries: [change('create', 'a')] })
        await clock.advance(0)
        expect(await again).toMatchObject([{ revision: 3, prior: 0 }])
      }))

    test('resolves at once when there is nothing to append', () =>
      withLog(makeLog, async (log) => {
        expect(await log.append({ entries: [] })).toEqual([])
      }))
  })
}

function refusalContract(makeLog: LogMaker): void {
  describe('append() refuses without a trace', () => {
    test('a wrong expectation, also against what is queued, and burns no revision', () =>
      withLog(makeLog, async (log, clock) => {
        const good = log.append({ entries: [change('create', 'a')] })
        const stale = log.append({ entries: [change('create', 'b'), change('create', 'a')], records: [record('r')] })
        await expect(stale).rejects.toThrow(ExpectationFailed)
        await expect(stale).rejects.toMatchObject({ code: 'EXPECTATION_FAILED', key: 'a', expected: 0, actual: 1 })
        const next = log.append({ entries: [change('create', 'b')] })
        await clock.advance(0)
        await good
        expect(brief(await next)).toEqual(['create b@2'])
        expect(log.records('run')).toEqual([])
        await expect(log.append({ entries: [change('update', 'b', 1)] })).rejects.toMatchObject({ expected: 1, actual: 2 })
      }))

    test('the whole batch when encode throws', () =>
      withLog(makeLog, async (log, clock) => {
        const encode = (): never => {
          throw new TypeError('no bytes')
        }
        const broken = { ...change('create', 'b'), encode }
        await expect(log.append({ entries: [change('create', 'a'), broken] })).rejects.toThrow(TypeError)
        const next = log.append({ entries: [change('create', 'a')] })
        await clock.advance(0)
        expect(brief(await next)).toEqual(['create a@1'])
      }))

    test.each([
      ['an update that expects nothing', { entries: [change('update', 'a', 0)] }],
      ['an empty key', { entries: [change('create', '')] }],
      ['a key that is no Unicode', { entries: [change('create', 'a\ud800')] }],
      ['an unknown stream', { entries: [], records: [record('r', 'r', 'nowhere')] }],
      ['a lazy batch with entries', { entries: [change('create', 'a')], lazy: true }],
    ])('%s', (_, batch) =>
      withLog(makeLog, async (log) => {
        await expect(log.append(batch)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
        await log.flush()
        expect(log.head()).toBe(0)
      }),
    )

    test('everything after close', () =>
      withLog(makeLog, async (log) => {
        const pending = log.append({ entries: [change('create', 'a')] })
        await log.close()
        expect(brief(await pending)).toEqual(['create a@1'])
        await expect(log.append({ entries: [] })).rejects.toMatchObject({ code: 'LOG_CLOSED' })
        await expect(log.flush()).rejects.toMatchObject({ code: 'LOG_CLOSED' })
        expect(() => log.head()).toThrow(EventLogError)
        expect(() => log.range({ prefix: '' })).toThrow(EventLogError)
        await log.close()
      }))
  })
}

function listenerContract(makeLog: LogMaker): void {
  describe('onCommit()', () => {
    test('hears of one commit a tick, after it is readable and before its appends resolve', () =>
      withLog(makeLog, async (log, clock) => {
        const heard: string[] = []
        log.onCommit(({ entries, records }) => heard.push(`${brief(entries).join()} ${records.length} head ${log.head()}`))
        const one = log.append({ entries: [change('create', 'a')], records: [record('r')] }).then(() => heard.push('one'))
        const two = log.append({ entries: [change('create', 'b')] }).then(() => heard.push('two'))
        await clock.advance(0)
        await Promise.all([one, two])
        await write(log, ['create', 'c'])
        expect(heard).toEqual(['create a@1,create b@2 1 head 2', 'one', 'two', 'create c@3 0 head 3'])
      }))

    test('hears nothing after it was stopped', () =>
      withLog(makeLog, async (log) => {
        const heard: Commit[] = []
        const stop = log.onCommit((commit) => heard.push(commit))
        await write(log, ['create', 'a'])
        stop()
        await write(log, ['create', 'b'])
        expect(heard).toHaveLength(1)
      }))

    test('may append; that goes into the next commit', () =>
      withLog(makeLog, async (log, clock) => {
        const commits: string[][] = []
        const appends: Promise<unknown>[] = []
        log.onCommit(({ entries }) => {
          commits.push(brief(entries))
          if (entries[0]?.key === 'a') appends.push(log.append({ entries: [change('create', 'b')] }), log.flush())
        })
        appends.push(log.append({ entries: [change('create', 'a')] }))
        await clock.advance(0)
        await Promise.all(appends)
        expect(commits).toEqual([['create a@1'], ['create b@2']])
      }))
  })
}

function recordContract(makeLog: LogMaker): void {
  describe('side records', () => {
    test('have positions of their own in each stream and are read by position and key', () =>
      withLog(makeLog, async (log, clock) => {
        const both = log.append({ entries: [], records: [record('x', '1'), record('y', '2'), record('x', '3', 'request')] })
        const more = log.append({ entries: [change('create', 'a')], records: [record('x', '4')] })
        await clock.advance(0)
        await Promise.all([both, more])
        const texts = (stream: string, options = {}) =>
          log.records(stream, options).map(({ position, value }) => `${position}=${Buffer.from(value).toString()}`)
        expect(texts('run')).toEqual(['1=1', '2=2', '3=4'])
        expect(texts('request')).toEqual(['1=3'])
        expect(texts('run', { after: 1, limit: 1 })).toEqual(['2=2'])
        expect(texts('run', { key: 'x' })).toEqual(['1=1', '3=4'])
        expect(texts('run', { key: 'x', after: 1 })).toEqual(['3=4'])
        expect(log.records('run', { limit: 1 })[0]).toMatchObject({ stream: 'run', key: 'x', timeMs: clock.wallMs() })
        expect(() => log.records('nowhere')).toThrow('there is none of this name')
      }))

    test('wait for company when lazy, but not longer than LAZY_FLUSH_MS', () =>
      withLog(makeLog, async (log, clock) => {
        const lazy = log.append({ entries: [], records: [record('x')], lazy: true })
        await clock.advance(LAZY_FLUSH_MS - 1)
        expect(log.records('run')).toEqual([])
        await clock.advance(1)
        await lazy
        expect(log.records('run')).toHaveLength(1)
      }))

    test('that are lazy ride in the next commit, before what was appended later', () =>
      withLog(makeLog, async (log, clock) => {
        const commits: Commit[] = []
        log.onCommit((commit) => commits.push(commit))
        const lazy = log.append({ entries: [], records: [record('x')], lazy: true })
        const eager = log.append({ entries: [change('create', 'a')], records: [record('y')] })
        await clock.advance(0)
        await Promise.all([lazy, eager])
        expect(commits).toHaveLength(1)
        expect(commits[0]!.records.map(({ key }) => key)).toEqual(['x', 'y'])
        await clock.advance(LAZY_FLUSH_MS)
        expect(commits).toHaveLength(1)
      }))

    test('that are lazy are written by flush()', () =>
      withLog(makeLog, async (log) => {
        const lazy = log.append({ entries: [], records: [record('x')], lazy: true })
        await log.flush()
        await lazy
        expect(log.records('run')).toHaveLength(1)
      }))
  })
}
