import type { RunJournal, RunLog } from '@kubetape/runtime'

/** The same journal, and a debug line for every run: what it was for, how it ended, how long it took. */
export function loggedRuns(journal: RunJournal, log: (fields: Record<string, unknown>) => RunLog): RunJournal {
  const logger = log({})
  return {
    begin: (run) => journal.begin(run),
    request: (run, request, readings) => journal.request(run, request, readings),
    answer: (run, request, answer) => journal.answer(run, request, answer),
    durable: () => journal.durable(),
    end: (run, end) => {
      journal.end(run, end)
      const { controller, key, id } = run
      logger.debug('reconciled', {
        controller,
        key,
        run: id,
        outcome: end.outcome,
        ms: end.endedAtMs - run.startedAtMs,
        ...(end.requeueAfterMs === undefined ? {} : { requeueAfterMs: end.requeueAfterMs }),
      })
    },
  }
}
