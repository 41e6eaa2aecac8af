import type { Clock } from '@kubetape/determinism'
import type { LogReader } from '@kubetape/eventlog'
import { type GapRecord, readJournal } from '@kubetape/journal'
import { type Command, Option } from 'commander'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { Progress } from '../progress.ts'

interface VerifyFlags extends TapeFlags {
  output?: 'json'
}

export function addVerify(program: Command, output: Output, clock: Clock): void {
  addTapeOptions(program.command('verify'))
    .description('Check a tape from the first byte to the last: the database, every hash, the witness')
    .addOption(new Option('-o, --output <format>').choices(['json']))
    .action((flags: VerifyFlags) => withTape(flags, (reader) => verify(reader, flags, output, clock)))
}

/** Never repairs; ends with exit code 1 when anything is wrong. */
function verify(reader: LogReader, flags: VerifyFlags, output: Output, clock: Clock): void {
  const progress = new Progress(output, clock)
  const report = reader.verify({ onProgress: (done, total) => progress.show(() => `${done} of ${total} rows checked`) })
  progress.clear()
  const gaps = report.ok ? [...readJournal(reader).gaps()] : []
  if (flags.output === 'json') output.out(JSON.stringify({ ...report, gaps }, null, 4))
  else {
    for (const problem of report.problems) output.out(problem)
    for (const gap of gaps) output.out(gapText(gap))
    if (report.ok)
      output.out(
        `The tape is whole: ${report.entriesChecked} entries up to revision ${report.head} and ${report.recordsChecked} journal rows checked`,
      )
  }
  if (!report.ok)
    throw new CommandFailed(
      `Cannot vouch for the tape: ${report.problems.length} ${report.problems.length === 1 ? 'problem' : 'problems'} found, nothing was changed`,
    )
}

/** Holes that the recorder noted are no damage: the tape says what it does not know. */
function gapText({ resource, from, to, why }: GapRecord): string {
  const where = from === undefined && to === undefined ? '' : ` from resourceVersion ${from ?? '?'} to ${to ?? '?'}`
  return `Gap in the recording${resource === undefined ? '' : ` of ${resource}`}${where}: ${why}`
}
