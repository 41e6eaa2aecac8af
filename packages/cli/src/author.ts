import type { LogReader } from '@kubetape/eventlog'
import { type Explanation, parseCause, readJournal, type RunRecord } from '@kubetape/journal'

/** Digits of a run's id that tell it apart at a glance. */
const SHORT_ID = 8

/** Authors that are remembered, so that a log does not look the same run up for each of its entries. */
const KNOWN_MAX = 10_000

/** The beginning of a run's id, which commands take for the whole. */
export function shortId(runId: string): string {
  return runId.slice(0, SHORT_ID)
}

/** `kubectl/v1.31.0` of `kubectl/v1.31.0 (linux/amd64) kubernetes/abcdef`. */
function shortAgent(userAgent: string): string {
  return userAgent.split(' ', 1)[0]!
}

/** Who it was, in a few words: `job run 3eb9510a`, `admin (kubectl/v1.31.0)`, `<unknown>` where the tape does not say. */
export function nameAuthor(by: Explanation | undefined): string {
  if (by === undefined) return '<unknown>'
  return by.type === 'run' ? nameRun(by.run) : nameActor(by.actor.user, by.actor.userAgent)
}

const nameRun = ({ controller, id }: Pick<RunRecord, 'controller' | 'id'>): string => `${controller} run ${shortId(id)}`

const nameActor = (user: string, userAgent: string | undefined): string => (userAgent ? `${user} (${shortAgent(userAgent)})` : user)

/** Names the authors of entries by their cause texts, for many entries in a row. */
export function authorNames(reader: LogReader): (cause: string | undefined) => string {
  const journal = readJournal(reader)
  const known = new Map<string, string>()
  const lookUp = (text: string): string => {
    const cause = parseCause(text)
    if (cause?.type !== 'run') return nameAuthor(journal.explain(text))
    const run = journal.run(cause.run)
    return run === undefined ? `run ${shortId(cause.run)}` : nameRun(run)
  }
  return (cause) => {
    if (cause === undefined) return nameAuthor(undefined)
    const id = cause.replace(/\/\d+$/, '')
    let name = known.get(id)
    if (name === undefined) {
      if (known.size >= KNOWN_MAX) known.clear()
      known.set(id, (name = lookUp(cause)))
    }
    return name
  }
}
