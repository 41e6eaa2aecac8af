import type { JobStatus } from '@kubetape/api/types/batch/v1'
import type { ChangeOf } from '@kubetape/replay'

/** One change of a Job as one line: revision, what its status says, who did it and what for. */
export function describeChange({ entry, object, by }: ChangeOf): string {
  const status = (object?.['status'] ?? {}) as JobStatus
  const conditions = (status.conditions ?? []).map(({ type }) => type).join('+')
  const counts = `active ${status.active ?? 0}, failed ${status.failed ?? 0}${conditions ? `, ${conditions}` : ''}`
  return `${String(entry.revision).padStart(4)}  ${entry.operation.padEnd(6)}  ${counts.padEnd(40)}  ${cause(by)}`
}

function cause(by: ChangeOf['by']): string {
  if (by === undefined) return ''
  if (by.type === 'actor') return `by ${by.actor.user} (${by.actor.userAgent ?? ''})`
  // The last change is the one that made the difference; the earlier ones had been seen by runs before.
  const last = by.run.triggers.at(-1)
  const because =
    last === undefined
      ? ''
      : last.cause === 'change'
        ? `because ${last.resource?.replace(/s$/, '')} ${last.key?.split('/').at(-1)} was ${last.change} at ${last.resourceVersion}`
        : `(${last.cause})`
  return `by controller ${by.run.controller} ${because}`
}
