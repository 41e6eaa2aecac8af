import type { LogReader } from '@kubetape/eventlog'
import { parseCause, type RequestRecord, type RunRecord } from '@kubetape/journal'
import { resourcePrefix } from '@kubetape/storage'

/** Entries that are read at once. */
const PAGE = 500

/** Events are written after their run, which waits for no answer: the revisions of these requests' entries by sequence, as far as there are. */
export function sentAfter(reader: LogReader, run: RunRecord, requests: readonly RequestRecord[]): ReadonlyMap<number, number> {
  const waiting = new Set(
    requests.filter(({ answer, resource }) => answer === undefined && resource === 'events').map(({ sequence }) => sequence),
  )
  const found = new Map<number, number>()
  for (let from = 1; waiting.size > 0;) {
    const page = reader.entries({ from, limit: PAGE, prefix: resourcePrefix({ group: '', resource: 'events' }) })
    for (const { cause: text, revision } of page) {
      const cause = text === undefined ? undefined : parseCause(text)
      if (cause?.type === 'run' && cause.run === run.id && waiting.delete(cause.sequence)) found.set(cause.sequence, revision)
    }
    if (page.length < PAGE) break
    from = page.at(-1)!.revision + 1
  }
  return found
}
