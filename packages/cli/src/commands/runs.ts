import type { LogReader } from '@kubetape/eventlog'
import { type JournalReader, readJournal, type RunRecord } from '@kubetape/journal'
import { isRecording } from '@kubetape/replay'
import { type Command, Option } from 'commander'
import { shortId } from '../author.ts'
import { findRun } from '../find-run.ts'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { describeRun, durationText, outcomeOf, triggerText } from '../run-description.ts'
import { sentAfter } from '../sent-after.ts'
import { Table } from '../table.ts'

interface RunsFlags extends TapeFlags {
  controller?: string
  key?: string
  failed?: boolean
  output?: 'wide' | 'json'
}

/** Runs that are printed at once. */
const PAGE = 500

export function addRuns(program: Command, output: Output): void {
  addTapeOptions(program.command('runs'))
    .description('List the reconcile runs on a tape, or show one in full')
    .argument('[run-id]', 'one run, by the beginning of its id')
    .option('--controller <name>', 'only runs of this controller')
    .option('--key <key>', 'only runs for this key: namespace/name, or name')
    .option('--failed', 'only runs that ended in an error')
    .addOption(new Option('-o, --output <format>', 'wide says more; json is one object a line').choices(['wide', 'json']))
    .action((id: string | undefined, flags: RunsFlags) =>
      withTape(flags, (reader) => (id === undefined ? listRuns(reader, flags, output) : showRun(reader, id, flags, output))),
    )
}

function showRun(reader: LogReader, id: string, flags: RunsFlags, output: Output): void {
  if (flags.controller !== undefined || flags.key !== undefined || flags.failed === true)
    throw new CommandFailed(`Cannot filter the run "${id}": filters are for the list`, 2)
  const journal = readJournal(reader)
  const run = findRun(journal, id)
  const requests = journal.requests(run.id)
  if (flags.output === 'json') output.out(JSON.stringify({ ...run, requests }, null, 4))
  else
    output.out(
      describeRun(run, requests, {
        bodies: flags.output === 'wide',
        sentLater: sentAfter(reader, run, requests),
        recording: isRecording(reader),
      }).join('\n'),
    )
}

function listRuns(reader: LogReader, flags: RunsFlags, output: Output): void {
  const journal = readJournal(reader)
  const filter = {
    ...(flags.controller === undefined ? {} : { controller: flags.controller }),
    ...(flags.key === undefined ? {} : { key: flags.key }),
  }
  const [wide, errors] = [flags.output === 'wide', flags.output === 'wide' || flags.failed === true]
  const table = new Table([
    'RUN',
    'TIME',
    'CONTROLLER',
    'KEY',
    'TRIGGERS',
    'OUTCOME',
    'REQUESTS',
    'DURATION',
    ...(wide ? ['ATTEMPT', 'CODE'] : []),
    ...(errors ? ['ERROR'] : []),
  ])
  const print = (runs: readonly RunRecord[]): void => {
    const lines =
      flags.output === 'json'
        ? runs.map((run) => JSON.stringify({ ...run, requests: journal.requests(run.id).length }))
        : table.lines(runs.map((run) => rowOf(journal, run, { wide, errors, recording: isRecording(reader) })))
    if (lines.length > 0) output.out(lines.join('\n'))
  }
  let batch: RunRecord[] = []
  let seen = false
  for (const run of journal.runs(filter)) {
    if (flags.failed === true && !isFailed(run)) continue
    seen = true
    batch.push(run)
    if (batch.length < PAGE) continue
    print(batch)
    batch = []
  }
  print(batch)
  if (!seen && flags.output !== 'json') output.err('No runs found')
}

const isFailed = ({ outcome }: RunRecord): boolean => outcome === 'error' || outcome === 'terminal-error'

function rowOf(
  journal: JournalReader,
  run: RunRecord,
  { wide, errors, recording }: { wide: boolean; errors: boolean; recording: boolean },
): string[] {
  const { id, startedAtMs, controller, key, triggers, end, attempt, codeVersion } = run
  return [
    wide ? id : shortId(id),
    new Date(startedAtMs).toISOString(),
    controller,
    key,
    triggers.length === 0
      ? '-'
      : `${triggerText(triggers[0]!, { ownKey: key, recording })}${triggers.length > 1 ? ` +${triggers.length - 1}` : ''}`,
    outcomeOf(run),
    String(journal.requests(id).length),
    durationText(end === undefined ? undefined : end.endedAtMs - startedAtMs),
    ...(wide ? [String(attempt), codeVersion] : []),
    ...(errors ? [end?.error?.replaceAll('\n', ' ') ?? ''] : []),
  ]
}
