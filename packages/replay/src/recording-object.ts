import { formatGroupResource, formatTime, type Kind, type KubeObject, resourceWithCluster } from '@kubetape/apimachinery'
import type { LogReader } from '@kubetape/eventlog'
import { resourcePrefix } from '@kubetape/storage'

/** The resource that a recording's own entries are of; no API server serves it. */
export const RECORDINGS = { group: 'kubetape.dev', resource: 'recordings' } as const

/** The resource of the entries that say which kinds were recorded. */
export const RECORDED_KINDS = { group: 'kubetape.dev', resource: 'recordedkinds' } as const

/**
 * In the log's meta: this tape was recorded of another API server, so its positions are not the resourceVersions of its objects. The value
 * says what was taken out.
 */
export const RECORDING_META = 'recording'

/** What a recorder takes out: what Secrets hold and issued tokens, or nothing. */
export type RedactionChoice = 'secrets' | 'none'

/** What a recording is of, in plain words for readers of the tape. */
export interface RecordingSource {
  /** Where the API is. */
  readonly server?: string
  /** As its `/version` says. */
  readonly serverVersion?: string
  /** Of its namespace kube-system, which is the same however the API is reached. */
  readonly uid?: string
  /** The other clusters that the recorded controllers work on, by name. */
  readonly clusters?: Readonly<Record<string, RecordingSource>>
}

/** The entry with which a session of recording begins. */
export function recordingObject(name: string, nowMs: number, source: RecordingSource = {}): KubeObject {
  return {
    apiVersion: 'kubetape.dev/v1alpha1',
    kind: 'Recording',
    metadata: { name, creationTimestamp: formatTime(nowMs) },
    source,
  }
}

/** The entry that says that a kind is recorded: names in commands and triggers are read by it, where no definition of the kind is on the tape. */
export function recordedKindObject({ group, version, kind, namespaced, ...of }: Kind): KubeObject {
  const resource = resourceWithCluster(of)
  return {
    apiVersion: 'kubetape.dev/v1alpha1',
    kind: 'RecordedKind',
    metadata: { name: formatGroupResource({ group, resource }) },
    spec: { group, version, kind, resource, namespaced },
  }
}

/** Whether a tape was recorded of another API server: its positions are not resourceVersions then. */
export function isRecording(reader: LogReader): boolean {
  return reader.info.meta?.[RECORDING_META] !== undefined
}

/** The kinds that a recording has, as they were watched; none on the tape of a control plane. */
export function recordedKinds(reader: LogReader): Kind[] {
  if (!isRecording(reader)) return []
  return reader
    .range({ prefix: resourcePrefix(RECORDED_KINDS) })
    .flatMap(({ value }) => (value === undefined ? [] : [(JSON.parse(Buffer.from(value).toString()) as { spec: Kind }).spec]))
}
