// Claims bound to volumes of 8 sizes and 2 classes, then deleted (B11); limit: a bare log with four durable writes a pair, of the same bytes.
// [--runs 3] [--n 1000,5000,10000]
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { flagsOf, numbersOf } from './_arguments.mjs'
import { Figures, median } from './_figures.mjs'
import { temporaryFolder } from './_servers.mjs'
import { bindVolumes } from './_volumes-in-process.mjs'

const WRITES_PER_PAIR = 4
/** Pairs that the limit has on their way, as the binder has. */
const IN_FLIGHT = 32

const flags = flagsOf({ runs: 3, n: '1000,5000,10000' })
const sizes = numbersOf(flags.n)
const figures = new Figures()
const seconds = new Map(sizes.map((n) => [n, []]))
await bindVolumes({ folder: temporaryFolder(), n: 500 })
for (let run = 0; run < flags.runs; run++) {
  for (const n of sizes) {
    const ours = await bindVolumes({ folder: temporaryFolder(), n })
    const limit = await writePairs({ folder: temporaryFolder(), n, bytes: ours.bytesPerWrite })
    seconds.get(n).push(ours.bindCpuSeconds)
    figures.add(`${n} pairs: processor time of a pair`, 'ms', 'ours', (1000 * ours.bindCpuSeconds) / n)
    figures.add(`${n} pairs bound`, 'pairs/s', 'ours', n / ours.bindSeconds)
    figures.add(`${n} pairs bound`, 'pairs/s', 'limit', n / limit)
    figures.add(`${n} pairs: writes a pair`, '', 'ours', ours.writesPerPair)
    figures.add(`${n} pairs: writes a pair`, '', 'limit', WRITES_PER_PAIR)
    figures.add(`${n} claims deleted, volumes gone or Released`, '1/s', 'ours', n / ours.releaseSeconds)
    figures.add(`${n} pairs: wrong`, '', 'ours', ours.wrong)
    figures.add(`${n} pairs: wrong`, '', 'limit', 0)
    if (ours.wrong > 0) process.exitCode = 1
  }
}
figures.print()
const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
if (most > least)
  console.log(`${least} to ${most} costs ${(median(seconds.get(most)) / median(seconds.get(least))).toFixed(1)} times the processor time`)

/** Seconds that so many pairs take where each is four durable writes after one another, all of a tick in one commit. */
async function writePairs({ folder, n, bytes }) {
  const db = new Database(join(folder, 'limit.db'))
  for (const pragma of ['page_size = 8192', 'journal_mode = WAL', 'synchronous = FULL']) db.pragma(pragma)
  db.exec(
    'CREATE TABLE entry (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB); CREATE INDEX entry_key ON entry (key, revision)',
  )
  const insert = db.prepare('INSERT INTO entry (key, value) VALUES (?, ?)')
  const value = Buffer.alloc(bytes, ' ')
  let waiting = []
  const commit = db.transaction((batch) => {
    for (const { key } of batch) insert.run(key, value)
  })
  const put = (key) => {
    if (waiting.length === 0) setImmediate(flush)
    return new Promise((resolve) => waiting.push({ key, resolve }))
  }
  function flush() {
    const batch = waiting
    waiting = []
    commit(batch)
    for (const { resolve } of batch) resolve()
  }
  const startedMs = performance.now()
  let next = 0
  const pair = async () => {
    while (next < n) {
      const at = next++
      for (let write = 0; write < WRITES_PER_PAIR; write++) await put(`/persistentvolumes/volume-${at}`)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, pair))
  const taken = (performance.now() - startedMs) / 1000
  db.close()
  return taken
}
