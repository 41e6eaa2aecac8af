import { describe, expect, test } from '@jest/globals'
import { type ChainSource, checkChain } from './chain-check.ts'
import { type ChainedEntry, type ChainedRecord, emptyHeads, hashEntry } from './chain.ts'
import type { Entry } from './event-log.ts'
import { planCommit } from './planned-commit.ts'

const entry = (revision: number): Entry => ({
  revision,
  timeMs: 5,
  key: `k${revision}`,
  operation: 'create',
  prior: 0,
  cause: 'actor:1',
  value: Buffer.from(`v${revision}`),
})
const records = ['a', 'b', 'c'].map((key) => ({ stream: 'run' as const, key, value: Buffer.from(key), timeMs: 5 }))

/** A log of five entries and three records, changed as a test wants. */
function source(
  change: { entries?: (rows: ChainedEntry[]) => ChainedEntry[]; records?: (rows: ChainedRecord[]) => ChainedRecord[] } = {},
): ChainSource {
  const planned = planCommit(emptyHeads(), [{ entries: [1, 2, 3, 4, 5].map(entry), records }])
  const entries = change.entries?.([...planned.entries]) ?? planned.entries
  const sideRows = change.records?.([...planned.records]) ?? planned.records
  return {
    anchor: undefined,
    heads: planned.heads,
    entriesAfter: (revision, limit) => entries.filter((row) => row.entry.revision > revision).slice(0, Math.min(limit, 2)),
    recordsAfter: (stream, position) => (stream === 'run' ? sideRows.filter(({ record }) => record.position > position) : []),
  }
}

const alter = (revision: number, part: Partial<Entry>) => (rows: ChainedEntry[]) =>
  rows.map((row) => (row.entry.revision === revision ? { ...row, entry: { ...row.entry, ...part } } : row))

describe('checkChain()', () => {
  test('finds nothing in a log that is whole, over several pages', () => {
    expect(checkChain(source())).toEqual({ entriesChecked: 5, recordsChecked: 3, problems: [] })
  })

  test.each<[string, Partial<Entry>]>([
    ['value', { value: Buffer.from('v2') }],
    ['key', { key: 'k' }],
    ['operation', { operation: 'update' }],
    ['prior', { prior: 1 }],
    ['time', { timeMs: 6 }],
    ['cause', { cause: undefined }],
    ['value without a digest', { value: undefined }],
  ])('finds a changed %s', (_, part) => {
    expect(checkChain(source({ entries: alter(3, part) })).problems).toEqual(['entry 3 is not what was written'])
  })

  test('finds a missing entry, first, middle and last', () => {
    const without = (revision: number) =>
      checkChain(source({ entries: (rows) => rows.filter((row) => row.entry.revision !== revision) })).problems
    expect(without(1)).toEqual(['entries 1 to 1 are missing'])
    expect(without(3)).toEqual(['entries 3 to 3 are missing'])
    expect(without(5)).toEqual(['the last entry is 4, the head is 5'])
  })

  test('finds an entry that was replaced together with its hash', () => {
    const forge = (rows: ChainedEntry[]) =>
      rows.map((row) => {
        if (row.entry.revision !== 3) return row
        const header = { ...row.entry, key: 'forged', value: undefined }
        return {
          ...row,
          entry: header,
          digest: Buffer.alloc(32),
          hash: hashEntry(row.previous, header, Buffer.alloc(32)),
        }
      })
    expect(checkChain(source({ entries: forge })).problems).toEqual(['entry 4 does not follow entry 3'])
  })

  test('finds changed, missing and swapped side records', () => {
    const changed = (rows: ChainedRecord[]) => rows.map((row, i) => (i === 1 ? { ...row, record: { ...row.record, key: 'x' } } : row))
    expect(checkChain(source({ records: changed })).problems).toEqual(['run record 2 is not what was written'])
    expect(checkChain(source({ records: (rows) => rows.slice(1) })).problems).toEqual(['run records 1 to 1 are missing'])
    expect(checkChain(source({ records: (rows) => rows.slice(0, 2) })).problems).toEqual(['the last run record is 2, its head is 3'])
  })

  test('starts where it is told, trusting the hash given there', () => {
    const whole = source()
    const at3 = whole.entriesAfter(2, 1)[0]!
    const from = { entry: { position: 3, hash: at3.hash }, run: whole.heads.run }
    expect(checkChain(source({ entries: alter(2, { key: 'k' }) }), { from })).toEqual({
      entriesChecked: 2,
      recordsChecked: 0,
      problems: [],
    })
    expect(checkChain(whole, { from: { ...from, entry: { position: 3, hash: Buffer.alloc(32) } } }).problems).toEqual([
      'entry 4 does not follow entry 3',
    ])
  })

  test('counts the survivors of a compaction', () => {
    const whole = source()
    const anchor = { revision: 3, hash: whole.entriesAfter(2, 1)[0]!.hash, survivors: 2 }
    const kept = source({ entries: (rows) => rows.filter((row) => row.entry.revision !== 2) })
    expect(checkChain({ ...kept, anchor }).problems).toEqual([])
    const lost = source({ entries: (rows) => rows.filter((row) => row.entry.revision > 3) })
    expect(checkChain({ ...lost, anchor }).problems).toEqual(['0 entries survive up to revision 3, the compaction kept 2'])
    expect(checkChain({ ...kept, anchor: { ...anchor, hash: Buffer.alloc(32) } }).problems).toEqual(['entry 4 does not follow entry 3'])
  })
})
