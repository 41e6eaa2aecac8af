import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { createJournal, type Journal, type RunBegin } from '@kubetape/journal'
import { readOpen } from './read-open.ts'

let folder: string
let file: string
let log: EventLog
let journal: Journal
let noted: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-read-open-'))
  file = join(folder, 'up-to.json')
  log = createMemoryLog({ clock: new VirtualClock() })
  journal = createJournal(log)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const begin = (id: string, key = id, controller = 'maker'): RunBegin => {
  const run = { id, controller, key, attempt: 1, triggers: [], startedAtMs: 0, views: {}, ownWrites: [] }
  return { ...run, seed: 1, carried: undefined, gates: {}, codeVersion: '' }
}
const ask = (run: RunBegin, sequence: number, resource: string): void =>
  journal.request(run, { sequence, verb: 'call', group: '', version: '', resource, body: run.key })
const end = (run: RunBegin): void =>
  journal.end(run, { endedAtMs: 0, outcome: 'success', clockReadingsMs: [], viewChanges: [], gatesRead: {} })

/** A whole run that asks for these. */
function run(begun: RunBegin, ...asked: readonly string[]): void {
  journal.begin(begun)
  for (const [index, resource] of asked.entries()) ask(begun, index + 1, resource)
  end(begun)
}

async function read(remembering: { readonly file?: string } = { file }): Promise<string[]> {
  await log.flush()
  noted = []
  const open = readOpen<string>(log, {
    ...remembering,
    controllers: ['maker'],
    note: (tape, id, found) => {
      noted.push(id)
      for (const { resource, body } of tape.requests(id)) {
        if (resource === 'Open') found.set(body as string, id)
        if (resource === 'Close') found.delete(body as string)
      }
    },
  })
  return [...open.keys()]
}

describe('readOpen()', () => {
  test('reads only what has come since the last time, and remembers what was open then', async () => {
    run(begin('a'), 'Open')
    run(begin('b'), 'Open', 'Close')
    run(begin('other', 'other', 'somebody-else'), 'Open')
    expect([await read(), noted]).toEqual([['a'], ['a', 'b']])
    expect([await read(), noted]).toEqual([['a'], []])
    for (let at = 0; at < 20; at++) run(begin(`c${at}`), 'Open', 'Close')
    run(begin('a2', 'a'), 'Close')
    run(begin('d'), 'Open')
    expect([await read(), noted.length]).toEqual([['d'], 22])
    expect([await read(), noted]).toEqual([['d'], []])
  })

  test('reads a run again that was under way, and none that another of its key has followed', async () => {
    const [dead, lasting] = [begin('dead', 'x'), begin('lasting', 'y')]
    for (const one of [dead, lasting]) {
      journal.begin(one)
      ask(one, 1, 'Get')
    }
    run(begin('next', 'x'))
    expect(await read()).toEqual([])
    ask(lasting, 2, 'Open')
    end(lasting)
    expect([await read(), noted]).toEqual([['y'], ['lasting']])
  })

  test.each([
    ['it remembers nothing', (): void => rmSync(file)],
    ['it is damaged', (): void => writeFileSync(file, '{"gen')],
    [
      'it is of another tape',
      (): void => writeFileSync(file, readFileSync(file, 'utf8').replace(/"generation":"[^"]*"/, '"generation":"x"')),
    ],
    ['the tape has another run there', (): void => writeFileSync(file, readFileSync(file, 'utf8').replace('"run":"b"', '"run":"z"'))],
  ])('reads everything when %s', async (_, change) => {
    run(begin('a'), 'Open')
    run(begin('b'), 'Open', 'Close')
    await read()
    change()
    expect([await read(), noted]).toEqual([['a'], ['a', 'b']])
  })

  test('reads everything each time without a file', async () => {
    run(begin('a'), 'Open')
    expect(await read({})).toEqual(['a'])
    expect([await read({}), noted]).toEqual([['a'], ['a']])
  })
})
