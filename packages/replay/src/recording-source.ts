import type { LogReader } from '@kubetape/eventlog'
import { resourcePrefix } from '@kubetape/storage'
import { RECORDINGS, type RecordingSource } from './recording-object.ts'
import { parseObject } from './view.ts'

/** What the newest session of a recording is of; undefined where there is none, or it does not say. */
export function recordedSource(reader: LogReader): RecordingSource | undefined {
  const sessions = reader.range({ prefix: resourcePrefix(RECORDINGS) })
  const newest = sessions.reduce<(typeof sessions)[number] | undefined>(
    (last, one) => (last === undefined || one.revision > last.revision ? one : last),
    undefined,
  )
  if (newest?.value === undefined) return undefined
  return (parseObject(newest.value) as { readonly source?: RecordingSource }).source
}

/**
 * Why `now` cannot go on with a recording of `before`, in words that follow a colon; undefined where it can. Keys on a tape say nothing of where an
 * object is, and resourceVersions mean something on one cluster only. A cluster is known by its uid, however it is reached, and otherwise by the place
 * of its API; what neither says is not held against it.
 */
export function otherSource(before: RecordingSource, now: RecordingSource): string | undefined {
  const own = otherCluster(before, now)
  if (own !== undefined) return own
  for (const [name, source] of Object.entries(now.clusters ?? {})) {
    const known = before.clusters?.[name]
    const why = known === undefined ? undefined : otherCluster(known, source)
    if (why !== undefined) return `of the cluster "${name}" ${why}`
  }
  return undefined
}

function otherCluster(before: RecordingSource, now: RecordingSource): string | undefined {
  const isOtherPlace = before.server !== undefined && now.server !== undefined && before.server !== now.server
  if (before.uid !== undefined && now.uid !== undefined) {
    if (before.uid === now.uid) return undefined
    if (!isOtherPlace) return `it records another cluster, whose namespace kube-system had the uid ${before.uid}, not ${now.uid}`
  }
  return isOtherPlace ? `it records ${before.server}, not ${now.server}` : undefined
}
