import { deepFreeze, type Kind, type KubeObject, StatusError } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import type { LogReader } from '@kubetape/eventlog'
import type { IndexFunctions } from '@kubetape/informers'
import type { RunReadings, RunRecord, RunStep, StoredAnswer } from '@kubetape/journal'
import {
  eventRequest,
  guardedIndexes,
  kindId,
  type OutsideReading,
  outsideAnswer,
  ownWrite,
  type RunAnswer,
  RunClient,
  type RunInputs,
  type RunLog,
  type RunRequest,
} from '@kubetape/runtime'
import { RECORDING_META } from './recording-object.ts'
import { holdsSecrets, type RedactionTarget } from './redaction.ts'
import { type FieldDifference, requestDifferences } from './request-comparison.ts'
import { NotOnTape, otherForm, parseObject, View } from './view.ts'

/** The first request that differs; one side is undefined where only the other asks. */
export interface Divergence {
  readonly sequence: number
  readonly recorded: RunRequest | undefined
  readonly now: RunRequest | undefined
  readonly why: string
  /** Where they differ, if both sides ask. */
  readonly fields?: readonly FieldDifference[]
}

/** How long promises may settle before a request that does not come counts as not coming. */
const SETTLE_TURNS = 2000
const SILENT: RunLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** What an unfinished run had read by its last request. */
function readingsUpToNow(steps: readonly RunStep[]): Required<RunReadings> {
  const parts = steps.flatMap((step) => (step.type === 'request' && step.readings !== undefined ? [step.readings] : []))
  return {
    clockReadingsMs: parts.flatMap(({ clockReadingsMs }) => clockReadingsMs),
    viewChanges: parts.flatMap(({ viewChanges }) => viewChanges),
    gatesRead: Object.assign({}, ...parts.map(({ gatesRead }) => gatesRead)) as Record<string, boolean>,
    outside: parts.flatMap(({ outside = [] }) => outside),
  }
}

interface Asked {
  readonly request: RunRequest
  readonly kind: Kind | undefined
  readonly resolve: (answer: RunAnswer) => void
  readonly reject: (error: unknown) => void
}

/** Plays a recorded run's conversation to code that runs now: it is given what the run was given then, and asked for what the run asked for. */
export class RunPlayer {
  /** What the code that runs now is to be given. */
  readonly inputs: RunInputs
  /** Requests that were the same. */
  compared = 0
  readonly #run: RunRecord
  readonly #readings: RunReadings
  readonly #steps: readonly RunStep[]
  readonly #views: Map<string, View>
  readonly #reader: LogReader
  readonly #followed: IndexFunctions<KubeObject> | undefined
  /** Of a recording: what was taken out of it. */
  readonly #recording: string | undefined
  #readRedacted = false
  readonly #asked = new Map<number, Asked>()
  #ended = false
  #endError: unknown
  /** The first thing that the run was given and that the tape no longer has. */
  #missingInput: NotOnTape | undefined
  #clockAt = 0
  #outsideAt = 0
  #extra: RunRequest | undefined

  constructor(
    run: RunRecord,
    steps: readonly RunStep[],
    views: Map<string, View>,
    reader: LogReader,
    followed: IndexFunctions<KubeObject> | undefined,
  ) {
    this.#run = run
    this.#followed = followed
    this.#readings = run.end ?? readingsUpToNow(steps)
    this.#steps = steps
    this.#views = views
    this.#reader = reader
    this.#recording = reader.info.meta?.[RECORDING_META]
    const client = new RunClient(
      (request, kind) => this.#ask(request, kind),
      (request) => this.#ask(request, undefined),
    )
    this.inputs = {
      client,
      seed: run.seed,
      carried: deepFreeze(run.carried),
      log: SILENT,
      gates: { enabled: (feature) => this.#readings.gatesRead[feature] ?? run.gates[feature] ?? false },
      view: (kind) => this.#view(kind).store,
      beforeRead: (kind, read) => this.#beforeRead(kind, read),
      nowMs: () => this.#clock(),
      outside: <T>() => this.#outside() as T,
      call: (call, perform) => client.callOutside(call, perform),
      event: (...event) => void this.#ask(eventRequest(client.nextSequence(), ...event), undefined),
    }
  }

  /** Whether the code was given objects with pseudonyms in place of what they held, so that it may rightly do something else. */
  get hasReadRedacted(): boolean {
    return this.#readRedacted
  }

  #noteRedacted(target: RedactionTarget): void {
    if (this.#recording === 'secrets' && holdsSecrets(target)) this.#readRedacted = true
  }

  /** The code has ended, with this error or undefined. */
  noteEnd(error: unknown): void {
    this.#ended = true
    this.#endError = error
    if (error instanceof NotOnTape) this.#missingInput ??= error
  }

  /** Steps through the recorded conversation; answers the first difference. */
  async play(): Promise<Divergence | undefined> {
    for (const step of this.#steps) {
      if (step.type === 'answer') {
        this.#answer(step.sequence, step.answer)
        continue
      }
      await this.#settle(() => this.#asked.has(step.sequence) || this.#ended)
      if (this.#missingInput !== undefined) throw this.#missingInput
      const now = this.#asked.get(step.sequence)?.request
      if (now === undefined) return this.#missing(step.sequence, step.request)
      const fields = requestDifferences(step.request, now)
      if (fields.length > 0) return { sequence: step.sequence, recorded: step.request, now, why: whatDiffers(fields), fields }
      this.compared++
    }
    // Of a run that was cut off, more may come; of a finished one, nothing.
    if (this.#run.end === undefined) return undefined
    await this.#settle(() => this.#ended || this.#extra !== undefined)
    if (this.#missingInput !== undefined) throw this.#missingInput
    const more = [...this.#asked.values()]
      .map(({ request }) => request)
      .filter((request) => !this.#steps.some((step) => step.type === 'request' && step.sequence === request.sequence))
    const [extra] = more.sort((a, b) => a.sequence - b.sequence)
    return extra === undefined
      ? undefined
      : { sequence: extra.sequence, recorded: undefined, now: extra, why: 'now asks for something that the recorded run did not' }
  }

  #missing(sequence: number, recorded: RunRequest): Divergence {
    const why =
      this.#ended && this.#endError !== undefined
        ? `now fails before it: ${this.#endError instanceof Error ? this.#endError.message : JSON.stringify(this.#endError)}`
        : 'now does not ask for it'
    return { sequence, recorded, now: undefined, why }
  }

  #ask(request: RunRequest, kind: Kind | undefined): Promise<RunAnswer> {
    return new Promise((resolve, reject) => {
      this.#asked.set(request.sequence, { request, kind, resolve, reject })
      if (request.sequence > this.#steps.length) this.#extra = request
    })
  }

  #answer(sequence: number, stored: StoredAnswer): void {
    const asked = this.#asked.get(sequence)
    if (asked === undefined) return
    this.#noteRedacted(asked.request)
    const answer = this.#wholeAnswer(stored, asked.kind)
    if (answer.type === 'refused') asked.reject(new StatusError(answer.status))
    else if (answer.type === 'failed') asked.reject(new RequestFailed(answer.message))
    else {
      // A recording has own writes among its entries, where a view moves over them.
      const write = this.#recording !== undefined ? undefined : ownWrite(asked.request, answer)
      if (write !== undefined && asked.kind !== undefined)
        this.#views.get(kindId(asked.kind))?.show(write.object, Number(write.object.metadata?.resourceVersion ?? '0'), write.gone)
      asked.resolve(answer)
    }
  }

  #wholeAnswer(stored: StoredAnswer, kind: Kind | undefined): RunAnswer {
    if (stored.type !== 'entry') return stored
    const entry = this.#reader.entry(stored.revision)
    if (entry?.value === undefined) throw new NotOnTape(`an answer that it got, entry ${stored.revision}, was erased or compacted`)
    const object = parseObject(entry.value)
    const other = kind === undefined ? undefined : otherForm(kind, object)
    if (other !== undefined) throw new NotOnTape(`an answer that it got, entry ${stored.revision}, was ${other}`)
    return { type: 'object', object }
  }

  #view(kind: Kind): View {
    const id = kindId(kind)
    let view = this.#views.get(id)
    if (view !== undefined) return view
    if (this.#followed === undefined) throw new Error(`Cannot read ${kind.resource}: the controller does not declare it`)
    // A kind that it came to watch while it ran.
    view = new View(
      this.#reader,
      kind,
      guardedIndexes(this.#followed, () => undefined),
    )
    this.#views.set(id, view)
    view.moveTo(Number(this.#run.views[id] || '0'))
    for (const write of this.#run.ownWrites) if (write.kind === id) view.showRevision(Number(write.resourceVersion))
    return view
  }

  #beforeRead(kind: Kind, read: number): void {
    const id = kindId(kind)
    this.#noteRedacted(kind)
    for (const change of this.#readings.viewChanges)
      if (change.read === read && change.kind === id) this.#moveView(kind, Number(change.resourceVersion))
  }

  #moveView(kind: Kind, revision: number): void {
    try {
      this.#view(kind).moveTo(revision)
    } catch (error) {
      if (error instanceof NotOnTape) this.#missingInput ??= error
      throw error
    }
  }

  #outside(): unknown {
    const { outside = [] } = this.#readings
    if (this.#outsideAt >= outside.length) throw new Error('Cannot read what is outside of the API: the recorded run did not')
    return outsideAnswer(outside[this.#outsideAt++] as OutsideReading)
  }

  /** Recorded readings first; code that now reads the clock more often sees the last one again. */
  #clock(): number {
    const readings = this.#readings.clockReadingsMs
    return readings[Math.min(this.#clockAt++, readings.length - 1)] ?? this.#run.startedAtMs
  }

  async #settle(done: () => boolean): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS && !done(); turn++) await Promise.resolve()
  }
}

/** Which parts of the request differ, in words: `verb and body differ`. */
function whatDiffers(fields: readonly FieldDifference[]): string {
  const parts = [...new Set(fields.map(({ path }) => /^\w+/.exec(path)?.[0] ?? path))]
  return `${parts.join(' and ')} ${parts.length === 1 ? 'differs' : 'differ'}`
}
