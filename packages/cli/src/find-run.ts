import type { JournalReader, RunRecord } from '@kubetape/journal'
import { CommandFailed } from './output.ts'

/** The run with this id, or the only one whose id begins so. */
export function findRun(journal: JournalReader, id: string): RunRecord {
  const exact = journal.run(id)
  if (exact !== undefined) return exact
  const found: RunRecord[] = []
  for (const run of journal.runs()) if (run.id.startsWith(id)) found.push(run)
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw new CommandFailed(`Cannot find the run "${id}": no run on this tape has an id that begins so`)
  const ids = found
    .slice(0, 3)
    .map((run) => run.id)
    .join(', ')
  throw new CommandFailed(
    `Cannot tell which run "${id}" is: ${found.length} runs have ids that begin so (${ids}${found.length > 3 ? ', …' : ''})`,
    2,
  )
}
