import { EventLogError } from './errors.ts'

/**
 * Whether a compaction at `revision` has anything to do.
 *
 * @throws EventLogError `INVALID_ARGUMENT` above the head or below the last compaction
 */
export function compactionNeeded(revision: number, head: number, compacted: number): boolean {
  if (!Number.isInteger(revision) || revision > head)
    throw new EventLogError('INVALID_ARGUMENT', `Cannot compact at ${revision}: the head is ${head}`)
  if (revision < compacted)
    throw new EventLogError('INVALID_ARGUMENT', `Cannot compact at ${revision}: the last compaction was at ${compacted}`)
  return revision > compacted
}
