import { formatTime, type KubeObject } from '@kubetape/apimachinery'

/** The resource that a recording's own entries are of; no API server serves it. */
export const RECORDINGS = { group: 'kubetape.dev', resource: 'recordings' } as const

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
