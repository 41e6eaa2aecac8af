import type { LogReader } from '@kubetape/eventlog'
import { readJournal, type RunFilter } from '@kubetape/journal'
import { type Controller, guardedIndexes, kindId, kindsOf } from '@kubetape/runtime'
import { replayRun, type RunVerdict, type SkippedRun } from './replay-run.ts'
import { View } from './view.ts'

export interface ReplayOptions extends RunFilter {
  /** The controllers whose runs are replayed: today's code. */
  readonly controllers: readonly Controller[]
}

/**
 * Replays every recorded run in the order of the tape and says of each whether today's code would do the same. Reads the tape only; the same
 * tape and code give the same verdicts.
 */
export async function* replay(reader: LogReader, options: ReplayOptions): AsyncGenerator<RunVerdict | SkippedRun> {
  const journal = readJournal(reader)
  const controllers = new Map(options.controllers.map((one) => [one.name, one]))
  const viewsOf = new Map<string, Map<string, View>>()
  for (const run of journal.runs(options)) {
    const controller = controllers.get(run.controller)
    if (controller === undefined) {
      yield { verdict: 'skipped', run, why: `there is no controller "${run.controller}" to replay it with` }
      continue
    }
    let views = viewsOf.get(controller.name)
    if (views === undefined) viewsOf.set(controller.name, (views = newViews(reader, controller)))
    yield await replayRun(controller, run, journal.steps(run.id), views, reader)
  }
}

function newViews(reader: LogReader, controller: Controller): Map<string, View> {
  const indexes = new Map([...controller.indexes].map(([kind, functions]) => [kindId(kind), functions]))
  return new Map(
    kindsOf(controller).map((kind) => [
      kindId(kind),
      new View(
        reader,
        kind,
        guardedIndexes({ ...controller.follows?.indexes, ...indexes.get(kindId(kind)) }, () => undefined),
      ),
    ]),
  )
}
