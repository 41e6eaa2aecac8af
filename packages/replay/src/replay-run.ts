import type { LogReader } from '@kubetape/eventlog'
import type { RunRecord, RunStep } from '@kubetape/journal'
import { type Controller, executeRun } from '@kubetape/runtime'
import { type Divergence, RunPlayer } from './run-player.ts'
import { NotOnTape, type View } from './view.ts'

/** What today's code makes of a recorded run. */
export type RunVerdict =
  | { readonly verdict: 'same'; readonly run: RunRecord; readonly requests: number }
  | { readonly verdict: 'diverged'; readonly run: RunRecord; readonly divergence: Divergence }

const REDACTED = 'it read Secrets, whose values were taken out of the recording, and would go another way without them'

/** A run that nothing can be said of. */
export interface SkippedRun {
  readonly verdict: 'skipped'
  readonly run: RunRecord
  readonly why: string
}

/**
 * Runs the controller's code on what the recorded run was given, and compares each request as it comes: verb, target, body and options, exactly.
 * Clock, random numbers and answers come from the tape, and answers come in the order in which they came then. A run that a crash cut off is
 * compared as far as it got; one that was given what the tape has erased or compacted since, or has in another API version only, is skipped.
 */
export async function replayRun(
  controller: Controller,
  run: RunRecord,
  steps: readonly RunStep[],
  views: Map<string, View>,
  reader: LogReader,
): Promise<RunVerdict | SkippedRun> {
  try {
    for (const [id, resourceVersion] of Object.entries(run.views)) views.get(id)?.moveTo(Number(resourceVersion || '0'))
    for (const { kind, resourceVersion } of run.ownWrites) views.get(kind)?.showRevision(Number(resourceVersion))
    const player = new RunPlayer(run, steps, views, reader, controller.follows?.indexes)
    void executeRun(controller, run.key, player.inputs).then((outcome) => player.noteEnd(outcome.error))
    const divergence = await player.play()
    if (divergence !== undefined && player.hasReadRedacted) return { verdict: 'skipped', run, why: REDACTED }
    return divergence === undefined ? { verdict: 'same', run, requests: player.compared } : { verdict: 'diverged', run, divergence }
  } catch (error) {
    if (error instanceof NotOnTape) return { verdict: 'skipped', run, why: error.message }
    throw error
  } finally {
    for (const view of views.values()) view.clearOwnWrites()
  }
}
