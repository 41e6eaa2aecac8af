/**
 * Who made an entry, as the log's opaque cause text says it: `run:<run id>/<sequence>` for a request of a reconcile run,
 * `actor:<actor id>` for anyone else (architecture decision 3).
 */
export type EntryCause =
  { readonly type: 'run'; readonly run: string; readonly sequence: number } | { readonly type: 'actor'; readonly actor: string }

export function formatCause(cause: EntryCause): string {
  return cause.type === 'run' ? `run:${cause.run}/${cause.sequence}` : `actor:${cause.actor}`
}

/** Undefined for what is no cause text of ours; sequences count from 1. */
export function parseCause(text: string): EntryCause | undefined {
  const run = /^run:(.+)\/([1-9]\d{0,14})$/s.exec(text)
  if (run !== null) return { type: 'run', run: run[1]!, sequence: Number(run[2]) }
  return /^actor:./s.test(text) ? { type: 'actor', actor: text.slice('actor:'.length) } : undefined
}
