// Entries folded and runs replayed a second, of the tape of a Job of 2,000 Pods (B14); limit: the bare rows, parsed into a Map, and not parsed.
// [--runs 5] [--n 2000]
import Database from 'better-sqlite3'
import { jobController } from '@kubetape/controllers'
import { systemClock, systemRandom } from '@kubetape/determinism'
import { openSqliteLog, openSqliteReader } from '@kubetape/eventlog/sqlite'
import { objectsAt, replay } from '@kubetape/replay'
import { Storage } from '@kubetape/storage'
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { runJob } from './_job-in-process.mjs'
import { temporaryFolder } from './_servers.mjs'

const flags = flagsOf({ runs: 5, n: 2000 })
const PAGE = 1000
const { path } = await runJob({ folder: temporaryFolder(), n: flags.n, recorded: true })
const figures = new Figures()

/** Adds `count()` operations a second. */
async function rate(name, unit, side, operation) {
  globalThis.gc?.()
  const startedMs = performance.now()
  const count = await operation()
  figures.add(name, unit, side, count / ((performance.now() - startedMs) / 1000))
}

const reader = openSqliteReader({ path })
const db = new Database(path, { readonly: true })
const rows = db.prepare('SELECT key, operation, value FROM entry ORDER BY revision')
const head = reader.head()
console.log(`the tape has ${head} entries`)

for (let run = 0; run < flags.runs; run++) {
  await rate('read and check every entry', 'entries/s', 'ours', () => {
    let count = 0
    for (let from = 1; from <= head; from += PAGE) count += reader.entries({ from, limit: PAGE }).length
    return count
  })
  await rate('read and check every entry', 'entries/s', 'limit', () => rows.all().length)
  await rate('fold every entry, parsed', 'entries/s', 'ours', () => {
    const state = new Map()
    for (let from = 1; from <= head; from += PAGE)
      for (const entry of reader.entries({ from, limit: PAGE })) fold(state, entry.key, entry.operation === 'delete', entry.value)
    return head
  })
  await rate('fold every entry, parsed', 'entries/s', 'limit', () => {
    const state = new Map()
    for (const { key, operation, value } of rows.iterate()) fold(state, key, operation === 3, value)
    return head
  })
  await rate('open a storage on the tape', 'objects/s', 'ours', async () => {
    const clock = systemClock()
    const log = openSqliteLog({ path, clock, random: systemRandom() })
    const storage = Storage.open({ log, clock })
    const count = storage.count({ group: '', resource: 'pods' })
    storage.close()
    await log.close()
    return count
  })
  await rate(
    'Pods at the middle of the tape',
    'objects/s',
    'ours',
    () => [...objectsAt(reader, { group: '', resource: 'pods' }, head >> 1)].length,
  )
  await rate('replay with a verdict', 'runs/s', 'ours', async () => {
    let runs = 0
    let requests = 0
    const startedMs = performance.now()
    for await (const one of replay(reader, { controllers: [jobController()] })) {
      if (one.verdict !== 'same') throw new Error(`Cannot count this replay: a run is "${one.verdict}"`)
      runs++
      requests += one.requests
    }
    figures.add('requests of replayed runs', '1/s', 'ours', requests / ((performance.now() - startedMs) / 1000))
    figures.add('runs on the tape', '', 'ours', runs)
    return runs
  })
}
figures.print()
db.close()
reader.close()

function fold(state, key, deleted, value) {
  if (deleted) state.delete(key)
  else state.set(key, JSON.parse(value.toString('utf8')))
}
