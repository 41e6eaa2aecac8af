import type { LogReader } from '@kubetape/eventlog'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { replay, type RunVerdict } from '@kubetape/replay'
import type { Controller, Trigger } from '@kubetape/runtime'

export interface SameDecisionsOptions {
  /** Runs about which nothing can be said (what they read was erased, or taken out) fail too. Default false. */
  readonly strict?: boolean
}

/** How many runs were held against the code. */
export interface SameDecisions {
  readonly same: number
  readonly skipped: number
}

/**
 * Replays the runs that are recorded on a tape and throws at the first whose requests today's code would not make again, saying what led to
 * the run, and which field of which request differs: recorded against now. A tape without a run of these controllers throws too.
 *
 * @param tape the file, such as `kubetape run --tape` makes and a repository keeps as a fixture; it is not changed
 */
export async function expectSameDecisions(
  tape: string,
  controllers: Controller | readonly Controller[],
  options: SameDecisionsOptions = {},
): Promise<SameDecisions> {
  const reader = openSqliteReader({ path: tape })
  try {
    return await expectSameRuns(reader, 'name' in controllers ? [controllers] : controllers, options)
  } finally {
    reader.close()
  }
}

/** The same over an open log. Runs of other controllers do not count. */
export async function expectSameRuns(
  reader: LogReader,
  controllers: readonly Controller[],
  { strict = false }: SameDecisionsOptions = {},
): Promise<SameDecisions> {
  const names = new Set(controllers.map(({ name }) => name))
  let same = 0
  let skipped = 0
  for await (const verdict of replay(reader, { controllers })) {
    if (!names.has(verdict.run.controller)) continue
    if (verdict.verdict === 'diverged') throw new DecisionChanged(verdict)
    if (verdict.verdict === 'same') same++
    else if (strict)
      throw new Error(`Cannot replay run ${verdict.run.id} of ${verdict.run.controller} for ${verdict.run.key}: ${verdict.why}`)
    else skipped++
  }
  if (same + skipped === 0) throw new Error(`Cannot find a run of ${[...names].join(', ')}: the tape has none, so it says nothing`)
  return { same, skipped }
}

/** Today's code decides otherwise than the recorded run did. */
export class DecisionChanged extends Error {
  readonly code = 'DECISION_CHANGED' as const
  readonly verdict: RunVerdict & { readonly verdict: 'diverged' }

  constructor(verdict: RunVerdict & { readonly verdict: 'diverged' }) {
    const { run, divergence } = verdict
    const { recorded, now, fields = [] } = divergence
    const lines = [
      `${run.controller} decides otherwise about ${run.key} (run ${run.id}, request ${divergence.sequence}): ${divergence.why}`,
      `  triggered by ${run.triggers.map(triggerText).join(', ')}`,
      ...(fields.length > 0
        ? fields.map(({ path, recorded: then, now: today }) => `  ${path}: recorded ${text(then)}, now ${text(today)}`)
        : [`  recorded ${requestText(recorded)}, now ${requestText(now)}`]),
    ]
    super(lines.join('\n'))
    this.name = 'DecisionChanged'
    this.verdict = verdict
  }
}

function triggerText({ cause, source, change, resource, key, resourceVersion }: Trigger): string {
  if (cause === 'source') return `the source "${source ?? ''}"`
  return cause === 'change' ? `${resource} ${key} ${change}${resourceVersion ? ` (resourceVersion ${resourceVersion})` : ''}` : cause
}

function requestText(request: { verb: string; resource: string; namespace?: string; name?: string } | undefined): string {
  if (request === undefined) return 'nothing'
  const { verb, resource, namespace, name = '' } = request
  return `${verb} ${resource} ${namespace ? `${namespace}/` : ''}${name}`.trimEnd()
}

const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
