import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { openSqliteLog, openSqliteReader } from '@kubetape/eventlog/sqlite'
import { createJournal } from './journal.ts'
import { readJournal } from './read-journal.ts'
import { encodeRow } from './rows.ts'
import { begin, end, request, serve, setUp } from './testing/sample-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubetape-journal-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readJournal()', () => {
  test('answers runs in order, filtered, over several pages', async () => {
    const { log, journal, tape } = setUp()
    for (let i = 1; i <= 600; i++) {
      const run = begin(`r${i}`, { controller: i % 2 === 0 ? 'job' : 'pv', key: `default/${i % 3}` })
      journal.begin(run)
      journal.request(run, request(1))
      if (i % 100 !== 0) journal.end(run, end)
    }
    await log.flush()
    const runs = [...tape.runs()]
    expect(runs.map(({ id }) => id)).toEqual(Array.from({ length: 600 }, (_, i) => `r${i + 1}`))
    expect(runs.filter(({ outcome }) => outcome === 'interrupted').map(({ id }) => id)).toEqual([
      'r100',
      'r200',
      'r300',
      'r400',
      'r500',
      'r600',
    ])
    expect([...tape.runs({ controller: 'job', key: 'default/0' })]).toHaveLength(100)
    expect([...tape.runs({ key: 'default/1' })]).toHaveLength(200)
    expect([...tape.runs({ controller: ['job', 'nobody'] })]).toHaveLength(300)
    expect([...tape.runs({ controller: [] })]).toEqual([])
    expect([...tape.runs({ after: runs[597]!.position })].map(({ id }) => id)).toEqual(['r599', 'r600'])
  })

  test('answers a run once whose begin stands on the tape twice', async () => {
    const { log, tape } = setUp()
    const records = [{ begin: begin('r1') }, { begin: begin('r2'), end }, { end }, { begin: begin('r1') }, { begin: begin('r2'), end }].map(
      (row, i) => encodeRow('run', i === 2 ? 'r1' : row.begin!.id, row),
    )
    const appended = log.append({ entries: [], records })
    await log.flush()
    await appended
    expect([...tape.runs()].map(({ id, position, outcome }) => [id, position, outcome])).toEqual([
      ['r1', 1, 'success'],
      ['r2', 2, 'success'],
    ])
    expect([...tape.runs({ after: 2 })]).toEqual([])
  })

  test('explains an entry by its run and request', async () => {
    const { clock, log, journal, tape } = setUp()
    const run = begin('r1')
    journal.begin(run)
    journal.request(run, request(1))
    await serve(log, clock, run, request(1))
    const { cause } = log.entry(1)!
    expect(tape.explain(cause!)).toMatchObject({
      type: 'run',
      run: { id: 'r1', outcome: 'interrupted' },
      request: { sequence: 1, name: 'p1', answer: undefined },
    })
    expect(tape.explain('run:r9/1')).toBeUndefined()
    expect(tape.explain('by hand')).toBeUndefined()
  })

  test('finds no entry without its run on a tape that a crash cut off', async () => {
    const clock = new VirtualClock()
    const [path, cut] = [join(folder, 'log.tape'), join(folder, 'cut.tape')]
    const log = openSqliteLog({ path, clock, random: seededRandom(1), durability: 'relaxed' })
    const journal = createJournal(log)
    const [done, dying] = [begin('r1'), begin('r2')]
    for (const run of [done, dying]) journal.begin(run)
    const asked = request(1, { name: 'a' })
    journal.request(done, asked)
    journal.answer(done, asked, await serve(log, clock, done, asked))
    journal.end(done, end)
    journal.request(dying, request(1, { name: 'b' }))
    await serve(log, clock, dying, request(1, { name: 'b' }))
    journal.answer(dying, request(1, { name: 'b' }), { type: 'failed', message: 'never written' })
    for (const suffix of ['', '-wal']) cpSync(path + suffix, cut + suffix)
    await log.close()
    const reader = openSqliteReader({ path: cut })
    const tape = readJournal(reader)
    expect([...tape.runs()].map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['r1 success', 'r2 interrupted'])
    expect(tape.requests('r2')).toMatchObject([{ sequence: 1, answer: undefined }])
    for (const { cause } of reader.entries({ from: 1, limit: 10 }))
      expect(tape.explain(cause!)).toMatchObject({ type: 'run', request: { sequence: 1 } })
    reader.close()
  })
})
