import { type Kind, type KubeObject, printExactJson } from '@kubetape/apimachinery'
import type { Cause } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import { type EventLog, EventLogError } from '@kubetape/eventlog'
import { createJournal, formatCause, type Journal } from '@kubetape/journal'
import { kindId, type Recording, type RunAnswer, type RunJournal, type RunRequest } from '@kubetape/runtime'
import { resourcePrefix } from '@kubetape/storage'
import { RECORDED_KINDS, recordedKindObject, RECORDINGS, type RecordingSource, recordingObject } from './recording-object.ts'
import type { Redaction, RedactionTarget } from './redaction.ts'
import { parseObject } from './view.ts'
import { WriteCauses } from './write-causes.ts'

const PAGE = 1000

export interface TapeRecorderOptions {
  readonly clock: Clock
  /** What is recorded, for whoever reads the tape later. */
  readonly source?: RecordingSource
  /** Takes out of what is written what nobody shall read there; see `redactSecrets`. Default: nothing is taken out. */
  readonly redact?: Redaction
  /** Told once, when the tape could not be written or what is shown cannot be on it: from then on nothing is recorded any more. Default: ignored. */
  readonly onError?: (error: unknown) => void
}

/** What the tape has of a key: where, and of which version of the object. */
interface Recorded {
  readonly position: number
  readonly version: string | undefined
}

/** What the tape has of a kind. */
interface RecordedKind {
  /** Of its newest entry, or of the session's where there is none. */
  position: number
  readonly keys: Map<string, Recorded>
}

/**
 * Records on `log` what a Manager's controllers see of any API server, and the runs that saw it. What a caller may rely on:
 *
 * - Positions on the tape are the order in which things were shown; the objects keep the server's resourceVersions.
 * - Each session begins with an entry of its own (`recordings.kubetape.dev`), which says what was recorded. What went away between two
 *   sessions is noted as deleted when its kind was listed.
 * - What the tape has already is not written again.
 * - A resource is recorded in one version, since its keys do not say which: a second one ends the recording.
 * - A tape that cannot be written ends the recording and never the controllers; `onError` hears of it, and nothing is written any more, so that
 *   the tape has no hole.
 *
 * One recorder writes a tape at a time, and nobody else does.
 */
export class TapeRecorder implements Recording {
  readonly journal: RunJournal
  readonly #log: EventLog
  readonly #journal: Journal
  readonly #options: TapeRecorderOptions
  readonly #kinds = new Map<string, RecordedKind>()
  /** The version that each resource is recorded in, by the key of its `recordedkinds` entry. */
  readonly #versions = new Map<string, string>()
  /** Position of the session's own entry. */
  #begin = 0
  /** Of what is shown now, where that is known for certain. */
  #cause: string | undefined
  readonly #causes = new WriteCauses()
  #failed = false

  constructor(log: EventLog, options: TapeRecorderOptions) {
    this.#log = log
    this.#options = options
    this.#journal = createJournal(log, {
      // In place of a row that is no JSON stands a gap; only what the log refuses ends the recording.
      onError: (error) => (error instanceof EventLogError ? this.#fail(error) : undefined),
      revisionsAreVersions: false,
    })
    this.journal = this.#watchedJournal()
    const session = log.range({ prefix: resourcePrefix(RECORDINGS) }).length + 1
    const object = recordingObject(`session-${session}`, options.clock.wallMs(), options.source)
    this.#begin = this.#append(`${resourcePrefix(RECORDINGS)}${object.metadata!.name!}`, 'create', 0, object) ?? 0
  }

  shown(kind: Kind, key: string, object: KubeObject | undefined, before: KubeObject | undefined): void {
    const recorded = this.#recordedKind(kind)
    const known = recorded.keys.get(key)
    if (object === undefined) this.#forget(kind, recorded, key, known, before)
    else {
      const version = this.#versionOf(kind, object)
      if (known !== undefined && version !== undefined && known.version === version) return
      const position = this.#append(
        resourcePrefix(kind) + key,
        known === undefined ? 'create' : 'update',
        known?.position ?? 0,
        this.#redacted(kind, object),
      )
      if (position === undefined) return
      recorded.keys.set(key, { position, version })
      recorded.position = position
    }
  }

  listed(kind: Kind, store: { get(key: string): KubeObject | undefined }): void {
    const recorded = this.#recordedKind(kind)
    for (const [key, known] of [...recorded.keys]) if (store.get(key) === undefined) this.#forget(kind, recorded, key, known, undefined)
  }

  positionOf(kind: Kind): string {
    return String(this.#recordedKind(kind).position)
  }

  during(cause: Cause, show: () => void): void {
    this.#cause = formatCause({ type: 'run', ...cause })
    try {
      show()
    } finally {
      this.#cause = undefined
    }
  }

  /** Writes what is still queued and lets go of the log, which stays open. */
  async close(): Promise<void> {
    try {
      await this.#log.flush()
    } finally {
      this.#journal.close()
    }
  }

  /** A redacted object may look different in each session, so what another one wrote of it is written again. */
  #versionOf(kind: Kind, object: KubeObject): string | undefined {
    return this.#options.redact?.applies(kind) === true ? undefined : object.metadata?.resourceVersion
  }

  #redacted<T>(target: RedactionTarget, value: T): T {
    return this.#options.redact?.applies(target) === true ? this.#options.redact.redact(target, value) : value
  }

  #forget(kind: Kind, recorded: RecordedKind, key: string, known: Recorded | undefined, last: KubeObject | undefined): void {
    if (known === undefined) return
    const object = last === undefined ? this.#lastOf(resourcePrefix(kind) + key) : this.#redacted(kind, last)
    const position = this.#append(resourcePrefix(kind) + key, 'delete', known.position, object)
    if (position === undefined) return
    recorded.keys.delete(key)
    recorded.position = position
  }

  #lastOf(key: string): KubeObject {
    if (this.#failed) return {}
    const value = this.#log.latest(key)?.value
    return value === undefined ? {} : parseObject(value)
  }

  /** What an earlier session wrote of the kind is looked up when the kind is first heard of. */
  #recordedKind(kind: Kind): RecordedKind {
    const id = kindId(kind)
    let recorded = this.#kinds.get(id)
    if (recorded === undefined) {
      recorded = { position: this.#begin, keys: new Map() }
      this.#kinds.set(id, recorded)
      try {
        this.#noteKind(kind)
        this.#readKeys(kind, recorded.keys)
      } catch (error) {
        this.#fail(error)
      }
    }
    return recorded
  }

  #readKeys(kind: Kind, keys: Map<string, Recorded>): void {
    const prefix = resourcePrefix(kind)
    for (let after = ''; ;) {
      const page = this.#log.range({ prefix, limit: PAGE, ...(after ? { after } : {}) })
      for (const { key, revision, value } of page) {
        const version = value === undefined ? undefined : this.#versionOf(kind, parseObject(value))
        keys.set(key.slice(prefix.length), { position: revision, version })
      }
      if (page.length < PAGE) return
      after = page.at(-1)!.key
    }
  }

  #noteKind(kind: Kind): void {
    const object = recordedKindObject(kind)
    const resource = object.metadata!.name!
    const key = `${resourcePrefix(RECORDED_KINDS)}${resource}`
    const noted = this.#log.latest(key)?.value
    const version = this.#versions.get(key) ?? (noted === undefined ? undefined : (parseObject(noted) as { spec: Kind }).spec.version)
    if (version !== undefined && version !== kind.version)
      throw new Error(
        `Cannot record ${resource} of version ${kind.version}: the tape has them of version ${version}; watch one version only, or begin a new tape`,
      )
    this.#versions.set(key, kind.version)
    if (version === undefined) this.#append(key, 'create', 0, object)
  }

  /** Queues one entry and answers its position; undefined when nothing is recorded any more. */
  #append(key: string, operation: 'create' | 'update' | 'delete', expect: number, object: KubeObject): number | undefined {
    if (this.#failed) return undefined
    let position: number | undefined
    const encode = (revision: number): Uint8Array => {
      position = revision
      return Buffer.from(printExactJson(object))
    }
    const cause = this.#cause ?? this.#causes.causeOf(key, object)
    this.#log
      .append({ entries: [{ key, operation, expect, encode, ...(cause === undefined ? {} : { cause }) }] })
      .catch((error: unknown) => this.#fail(error))
    return position
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#options.onError?.(error)
  }

  /** The journal, with an eye on the writes that are under way. */
  #watchedJournal(): RunJournal {
    const journal = this.#journal
    return {
      begin: (run) => {
        if (!this.#failed) journal.begin(run)
      },
      request: (run, request, readings) => {
        if (this.#failed) return
        this.#causes.asked(run, request)
        journal.request(run, this.#redactedRequest(request), readings)
      },
      answer: (run, request, answer) => {
        if (this.#failed) return
        this.#causes.answered(run, request, answer)
        journal.answer(run, request, this.#redactedAnswer(request, answer))
      },
      end: (run, end) => {
        if (!this.#failed) journal.end(run, end)
      },
      durable: async () => {
        if (!this.#failed) await journal.durable()
      },
    }
  }

  #redactedRequest(request: RunRequest): RunRequest {
    return request.body === undefined ? request : { ...request, body: this.#redacted(request, request.body) }
  }

  #redactedAnswer(request: RunRequest, answer: RunAnswer): RunAnswer {
    if (answer.type === 'object') return { ...answer, object: this.#redacted(request, answer.object) }
    if (answer.type === 'list')
      return { ...answer, list: { ...answer.list, items: answer.list.items.map((item) => this.#redacted(request, item)) } }
    return answer
  }
}
