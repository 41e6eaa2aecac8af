import { builtinControllers, SIMULATED_NODES_MAX } from '@kubetape/control-plane'
import type { Clock } from '@kubetape/determinism'
import type { LogReader } from '@kubetape/eventlog'
import { readJournal } from '@kubetape/journal'
import { replay, type ReplayOptions, type RunVerdict, type SkippedRun } from '@kubetape/replay'
import { type Command, Option } from 'commander'
import { shortId } from '../author.ts'
import { addAddOption, loadControllers } from '../add-controllers.ts'
import { caOfTape } from '../ca-of-tape.ts'
import { findRun } from '../find-run.ts'
import { type Ink, inkOf } from '../ink.ts'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { divergenceLines } from '../print-divergence.ts'
import { Progress } from '../progress.ts'
import { SkipReasons } from '../skip-reasons.ts'

interface ReplayFlags extends TapeFlags {
  controller?: string
  key?: string
  add?: string[]
  run?: string
  output?: 'json'
  strict?: boolean
  verbose?: boolean
}

type Verdict = RunVerdict | SkippedRun

export function addReplay(program: Command, output: Output, clock: Clock): void {
  addAddOption(addTapeOptions(program.command('replay')))
    .description("Run today's controllers on everything that the recorded runs were given, and say where they decide otherwise")
    .option('--controller <name>', 'only runs of this controller')
    .option('--key <key>', 'only runs for this key: namespace/name, or name')
    .addOption(new Option('--run <id>', 'only this run, by the beginning of its id').conflicts(['controller', 'key']))
    .addOption(new Option('-o, --output <format>', 'json is one run a line, then the totals').choices(['json']))
    .option('--strict', 'fail when a run had to be skipped, as when one diverges')
    .option('-v, --verbose', 'print every run, not only those that diverge')
    .action((flags: ReplayFlags) => withTape(flags, (reader) => replayTape(reader, flags, output, clock)))
}

/** Ends with exit code 1 when a run diverges, when nothing of what was asked for could be replayed, and with `--strict` when any run was skipped. */
async function replayTape(reader: LogReader, flags: ReplayFlags, output: Output, clock: Clock): Promise<void> {
  const own = await loadControllers(flags.add)
  const names = new Set(own.map(({ name }) => name))
  const builtin = builtinControllers({ ca: caOfTape(reader), nodes: SIMULATED_NODES_MAX })
  const controllers = [...builtin.filter(({ name }) => !names.has(name)), ...own]
  const { options, only } = selection(reader, flags)
  const totals = { runs: 0, same: 0, diverged: 0, skipped: 0 }
  const reasons = new SkipReasons()
  const progress = new Progress(output, clock)
  const ink = inkOf(output)
  for await (const verdict of replay(reader, { ...options, controllers })) {
    totals.runs++
    totals[verdict.verdict]++
    if (verdict.verdict === 'skipped') reasons.add(verdict)
    progress.show(() => `${totals.runs} runs replayed, ${totals.diverged} diverged`)
    const lines = flags.output === 'json' ? [JSON.stringify(jsonOf(verdict))] : linesOf(verdict, ink, flags.verbose === true)
    if (lines.length > 0) {
      progress.clear()
      output.out(lines.join('\n'))
    }
    if (only !== undefined && verdict.run.id === only) break
  }
  progress.clear()
  if (flags.output === 'json') output.out(JSON.stringify(totals))
  else {
    for (const line of reasons.lines()) output.out(line)
    output.out(
      `${totals.runs} ${totals.runs === 1 ? 'run' : 'runs'}: ${totals.same} same, ${totals.diverged} diverged, ${totals.skipped} skipped`,
    )
  }
  if (totals.diverged > 0) throw new CommandFailed(`Cannot confirm what the tape says: ${totals.diverged} of ${totals.runs} runs diverged`)
  if (flags.strict === true && totals.skipped > 0)
    throw new CommandFailed(`Cannot confirm what the tape says: ${totals.skipped} of ${totals.runs} runs were skipped`)
  const asked = flags.controller ?? flags.run
  if (totals.runs === 0) throw new CommandFailed(nothingFound(flags))
  if (totals.skipped < totals.runs) return
  throw new CommandFailed(
    asked === undefined
      ? 'Cannot confirm what the tape says: every run was skipped; controllers of your own are added with --add'
      : `Cannot replay "${asked}": every run was skipped`,
  )
}

/** What confirms nothing, such as a name that is written wrong, must not pass for a tape that agrees. */
function nothingFound({ controller, key }: ReplayFlags): string {
  const what = [...(controller === undefined ? [] : [`of controller "${controller}"`]), ...(key === undefined ? [] : [`for key "${key}"`])]
  return `Cannot replay anything: the tape has no run${what.map((one) => ` ${one}`).join('')}; "kubetape runs" lists those that it has`
}

/** One run is the first of its key from its position on. */
function selection(
  reader: LogReader,
  { run: id, controller, key }: ReplayFlags,
): { options: Omit<ReplayOptions, 'controllers'>; only: string | undefined } {
  if (id === undefined)
    return { options: { ...(controller === undefined ? {} : { controller }), ...(key === undefined ? {} : { key }) }, only: undefined }
  const run = findRun(readJournal(reader), id)
  return { options: { controller: run.controller, key: run.key, after: run.position - 1 }, only: run.id }
}

function linesOf(verdict: Verdict, ink: Ink, verbose: boolean): string[] {
  if (verdict.verdict === 'diverged') return divergenceLines(verdict.run, verdict.divergence, ink)
  if (!verbose) return []
  const { run } = verdict
  const more = verdict.verdict === 'same' ? `${verdict.requests} ${verdict.requests === 1 ? 'request' : 'requests'}` : verdict.why
  return [`${verdict.verdict}: run ${shortId(run.id)} of ${run.controller} for ${run.key}, ${more}`]
}

function jsonOf(verdict: Verdict): object {
  const { run, ...rest } = verdict
  return { ...rest, run: run.id, controller: run.controller, key: run.key, position: run.position }
}
