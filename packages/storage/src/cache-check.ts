import { createHash, type Hash } from 'node:crypto'
import type { LogReader } from '@kubetape/eventlog'
import { parseLogKey } from './object-keys.ts'

/** Whether the watch cache shows what the log says. */
export interface CacheCheck {
  readonly ok: boolean
  /** Both sides as of this revision. */
  readonly revision: number
  /** Live objects in the log. */
  readonly objects: number
  /** SHA-256 over every key and revision of the log, in the order of keys: equal on everything that shows the same state. */
  readonly digest: string
  /** The first differences, in words; empty when `ok`. */
  readonly differences: readonly string[]
}

/** What is in the caches at one revision: log key → revision of the object. */
export type CacheSnapshot = ReadonlyMap<string, number>

const DIFFERENCES_MAX = 20
const PAGE = 1000

/**
 * Compares a snapshot of the caches with the log at the snapshot's revision (KEP-4988's consistency check). Reads page by page and lets
 * others work between two pages (`pause`); the log may grow meanwhile, but must not be compacted above `revision`.
 */
export async function checkCache(
  log: LogReader,
  snapshot: CacheSnapshot,
  revision: number,
  pause: () => Promise<void>,
): Promise<CacheCheck> {
  const differences: string[] = []
  const hash = createHash('sha256')
  let objects = 0
  let matched = 0
  for (let after = ''; ; await pause()) {
    const page = log.range({ prefix: '', ...(after ? { after } : {}), at: revision, limit: PAGE })
    for (const entry of page) {
      after = entry.key
      objects++
      addTo(hash, entry.key, entry.revision)
      const shown = snapshot.get(entry.key)
      if (shown !== undefined) matched++
      if (shown !== entry.revision)
        note(differences, `${entry.key}: the log has revision ${entry.revision}, the cache ${shown ?? 'nothing'}`)
    }
    if (page.length < PAGE) break
  }
  if (matched < snapshot.size) noteForeign(differences, log, snapshot, revision)
  return { ok: differences.length === 0, revision, objects, digest: hash.digest('hex'), differences }
}

/** Objects that the cache shows and the log does not have. */
function noteForeign(differences: string[], log: LogReader, snapshot: CacheSnapshot, revision: number): void {
  for (const [key, shown] of snapshot) {
    const newest = log.latest(key, revision)
    if (newest === undefined || newest.operation === 'delete') note(differences, `${key}: the log has nothing, the cache revision ${shown}`)
    if (differences.length >= DIFFERENCES_MAX) return
  }
}

function addTo(hash: Hash, key: string, revision: number): void {
  const { group, resource, namespace, name } = parseLogKey(key)
  hash.update(`${group}/${resource}\0${namespace}\0${name}\0${revision}\n`)
}

function note(differences: string[], text: string): void {
  if (differences.length < DIFFERENCES_MAX) differences.push(text)
}
