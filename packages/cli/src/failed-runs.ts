import type { JournalReader, RunRecord } from '@kubetape/journal'

/** The runs of one controller for an object that failed without changing it. */
export interface FailedRuns {
  readonly controller: string
  readonly count: number
  readonly last: RunRecord
}

/**
 * What controllers tried for an object in vain, by controller in the order in which they began to. `key` is `namespace/name` or `name`; of controllers
 * of other kinds with such keys only those count that an object of this `resource` has led to a run. Runs in `told` have changed it.
 */
export function failedRuns(journal: JournalReader, resource: string, key: string, told: ReadonlySet<string>): FailedRuns[] {
  const concerned = new Set<string>()
  const failed = new Map<string, FailedRuns>()
  for (const run of journal.runs({ key })) {
    const { controller, triggers, outcome, id } = run
    if (triggers.some((one) => one.resource === resource && one.key === key)) concerned.add(controller)
    if ((outcome !== 'error' && outcome !== 'terminal-error') || told.has(id)) continue
    failed.set(controller, { controller, count: (failed.get(controller)?.count ?? 0) + 1, last: run })
  }
  return [...failed.values()].filter(({ controller }) => concerned.has(controller))
}
