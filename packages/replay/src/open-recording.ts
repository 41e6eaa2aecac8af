import { type Clock, type Random, systemClock, systemRandom } from '@kubetape/determinism'
import type { EventLog } from '@kubetape/eventlog'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { RECORDING_META, type RecordingSource, type RedactionChoice } from './recording-object.ts'
import { otherSource, recordedSource } from './recording-source.ts'
import { redactSecrets } from './redaction.ts'
import { TapeRecorder, type TapeRecorderOptions } from './tape-recorder.ts'

export interface OpenRecordingOptions extends Omit<TapeRecorderOptions, 'clock' | 'redact'> {
  /** The tape: made when it is not there, continued when it is a recording. Readable by its owner only. */
  readonly path: string
  /** `secrets` (default) puts pseudonyms in place of what Secrets hold, `none` writes everything as it is. */
  readonly redaction?: RedactionChoice
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** A tape that is being recorded. */
export interface OpenRecording {
  /** For the Manager: `new Manager({ client, gates, recording: tape.recorder })`. */
  readonly recorder: TapeRecorder
  readonly log: EventLog
  /** Writes what is still queued and lets go of the file. */
  close(): Promise<void>
}

/**
 * Opens a tape on which a Manager's controllers are recorded, whatever API server they work on.
 *
 * @throws EventLogError as `openSqliteLog` does; Error where the tape is one of a control plane, which has positions of its own, was begun
 *   with another redaction, or is of another cluster than `source`
 */
export async function openRecording(options: OpenRecordingOptions): Promise<OpenRecording> {
  const { path, redaction = 'secrets', clock = systemClock(), random = systemRandom(), source, logger, onError } = options
  const log = openSqliteLog({ path, clock, random, meta: { [RECORDING_META]: redaction }, ...(logger === undefined ? {} : { logger }) })
  const obstacle = obstacleTo(log, redaction, source)
  if (obstacle !== undefined) {
    await log.close()
    throw new Error(`Cannot record on "${path}": ${obstacle}; name a new file`)
  }
  const recorder = new TapeRecorder(log, {
    clock,
    ...(source === undefined ? {} : { source }),
    ...(redaction === 'none' ? {} : { redact: redactSecrets() }),
    ...(onError === undefined ? {} : { onError }),
  })
  return {
    recorder,
    log,
    async close() {
      try {
        await recorder.close()
      } finally {
        await log.close()
      }
    },
  }
}

function obstacleTo(log: EventLog, redaction: RedactionChoice, source: RecordingSource = {}): string | undefined {
  const begun = log.info.meta?.[RECORDING_META]
  if (begun === undefined) return 'it is the tape of a control plane'
  if (begun !== redaction) return `it was begun with the redaction "${begun}", not "${redaction}"`
  const before = recordedSource(log)
  return before === undefined ? undefined : otherSource(before, source)
}
