import type { GroupResource } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import type { Trigger } from '@kubetape/journal'
import { parseLogKey, resourcePrefix } from '@kubetape/storage'
import { isRecording, recordedKinds } from './recording-object.ts'
import { parseObject } from './view.ts'

/**
 * The change that a trigger names; undefined where it is no change or not on the tape. On the tape of a control plane its resourceVersion is
 * the position. On a recording it is looked for among the changes of the object up to the position `at`, the newest first.
 */
export function triggeringEntry(reader: LogReader, trigger: Trigger, at: number = reader.head()): Entry | undefined {
  const { resourceVersion, resource } = trigger
  if (resourceVersion === undefined || resource === undefined) return undefined
  if (isRecording(reader)) {
    const kinds = recordedKinds(reader).filter((kind) => kind.resource === resource)
    return kinds.map((kind) => recordedChange(reader, kind, trigger, at)).find((entry) => entry !== undefined)
  }
  const revision = Number(resourceVersion)
  const entry = Number.isSafeInteger(revision) && revision > 0 ? reader.entry(revision) : undefined
  return entry !== undefined && names(trigger, entry) ? entry : undefined
}

/** A source of another name may use the same numbers. */
function names({ resource, key }: Trigger, entry: Entry): boolean {
  const at = parseLogKey(entry.key)
  return at.resource === resource && (at.namespace === '' ? at.name : `${at.namespace}/${at.name}`) === key
}

function recordedChange(
  reader: LogReader,
  of: GroupResource,
  { key = '', change, resourceVersion }: Trigger,
  at: number,
): Entry | undefined {
  for (let entry = reader.latest(resourcePrefix(of) + key, at); entry !== undefined; entry = earlier(reader, entry)) {
    const isDeletion = entry.operation === 'delete'
    const version = entry.value === undefined ? undefined : parseObject(entry.value).metadata?.resourceVersion
    if (isDeletion === (change === 'deleted') && version === resourceVersion) return entry
  }
  return undefined
}

function earlier(reader: LogReader, { key, revision }: Entry): Entry | undefined {
  return revision > 1 ? reader.latest(key, revision - 1) : undefined
}
