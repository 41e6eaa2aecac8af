import type { RunAnswer, RunBegin, RunEnd, RunReadings, RunRequest } from '@kubetape/journal'

/**
 * Where runs are written down. Calls are in the order in which things happened; none may throw or wait. The row of a run without requests
 * may be written when it ends; otherwise it is written with the first request, so that a crash leaves no entry without its run.
 */
export interface RunJournal {
  begin(run: RunBegin): void
  /** Called before the request is sent. `readings`: what the run read since the request before; undefined for nothing. A run that a crash cuts off is replayed with them. */
  request(run: RunBegin, request: RunRequest, readings?: RunReadings): void
  answer(run: RunBegin, request: RunRequest, answer: RunAnswer): void
  end(run: RunBegin, end: RunEnd): void
  /** Resolves when everything above is durable; rejects when it cannot be made so. Awaited before anything outside of the API is asked for. */
  durable(): Promise<void>
}

/** Forgets everything: for controllers that run without a tape. */
export const noJournal: RunJournal = {
  begin: () => undefined,
  request: () => undefined,
  answer: () => undefined,
  end: () => undefined,
  durable: () => Promise.resolve(),
}
