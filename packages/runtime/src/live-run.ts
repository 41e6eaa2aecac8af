import { type Kind, StatusError } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import type { Clock, Random, UidSource } from '@kubetape/determinism'
import type { Informer } from '@kubetape/informers'
import { type Controller, kindId, kindsOf } from './controller.ts'
import type { EventRecorder } from './event-recorder.ts'
import { eventRequest, type PublishEvent } from './event-request.ts'
import { NotLeading } from './leader-election/fence.ts'
import { awaitOutside, type OutsideReading, outsideAnswer, readOutside } from './outside-reading.ts'
import { ownWrite } from './own-write.ts'
import type { RunLog } from './reconcile.ts'
import type { RunInputs } from './run.ts'
import type { RunAnswer, RunBegin, RunEnd, RunReadings, RunRequest, Trigger } from '@kubetape/journal'
import { RunClient, sendThrough } from './run-client.ts'
import type { Recording } from './recording.ts'
import type { RunJournal } from './run-journal.ts'
import type { RunMetrics } from './run-metrics.ts'
import type { RunTrace } from './run-trace.ts'

/** What a runner needs from its Manager. */
export interface RunnerEnvironment {
  readonly client: Client
  /** Whether this process may act; asked before each run. */
  isLeading(): boolean
  readonly clock: Clock
  readonly random: Random
  readonly uids: UidSource
  readonly gates: Gates
  readonly journal: RunJournal
  readonly recording?: Recording
  readonly recorder: EventRecorder
  readonly metrics: RunMetrics
  readonly trace: (begin: RunBegin) => RunTrace
  informer(kind: Kind): Informer
  /** Begins to watch a kind while controllers run. */
  acquire(kind: Kind): void
  /** Stops watching a kind that no controller watches any more; runs that have begun still see what was shown. */
  release(kind: Kind): void
  log(fields: Record<string, unknown>): RunLog
}

/** One run against the real world, writing down everything that it was given. */
export class LiveRun {
  readonly inputs: RunInputs
  readonly trace: RunTrace
  readonly log: RunLog
  readonly #environment: RunnerEnvironment
  readonly #begin: RunBegin
  readonly #clockReadingsMs: number[] = []
  readonly #viewChanges: { read: number; kind: string; resourceVersion: string }[] = []
  readonly #gatesRead: Record<string, boolean> = {}
  readonly #outside: OutsideReading[] = []
  /** How much of what was read is on the tape with a request. */
  readonly #written = { clock: 0, views: 0, gates: 0, outside: 0 }
  readonly #versions = new Map<string, string>()
  /** Of what was read before the first request; part of the begin row, which is written with that request. */
  readonly #views: Record<string, string> = {}
  readonly #kinds: ReadonlySet<string>
  #hasAsked = false
  readonly #component: string

  constructor(
    controller: Controller,
    key: string,
    environment: RunnerEnvironment,
    triggers: readonly Trigger[],
    attempt: number,
    carried: unknown,
    kinds: readonly Kind[] = kindsOf(controller),
  ) {
    this.#environment = environment
    this.#component = `${controller.name}-controller`
    this.#kinds = new Set(kinds.map(kindId))
    const ownWrites: { kind: string; key: string; resourceVersion: string }[] = []
    for (const kind of kinds) {
      // On a tape of its own, own writes are entries like all others.
      if (environment.recording !== undefined) break
      const id = kindId(kind)
      for (const write of environment.informer(kind).store.pendingWrites()) ownWrites.push({ kind: id, ...write })
    }
    const id = environment.uids.next()
    this.log = environment.log({ controller: controller.name, key, run: id })
    this.#begin = {
      id,
      controller: controller.name,
      key,
      attempt,
      triggers,
      startedAtMs: environment.clock.wallMs(),
      views: this.#views,
      ownWrites,
      seed: environment.random.nextUint32(),
      carried,
      gates: {},
      codeVersion: controller.options.codeVersion ?? '',
    }
    environment.journal.begin(this.#begin)
    this.trace = environment.trace(this.#begin)
    const client = new RunClient(
      (request, kind, options) => this.#send(request, kind, options),
      (request, perform) => this.#call(request, perform),
    )
    this.inputs = {
      client,
      seed: this.#begin.seed,
      carried,
      log: this.log,
      gates: { enabled: (feature) => (this.#gatesRead[feature] ??= environment.gates.enabled(feature)) },
      view: (kind) => {
        if (!this.#kinds.has(kindId(kind)))
          throw new Error(`Cannot read ${kind.resource}: controller "${controller.name}" does not watch, own or read it`)
        return environment.informer(kind).store
      },
      beforeRead: (kind, read) => this.#noticeMove(kind, read),
      nowMs: () => {
        const now = environment.clock.wallMs()
        this.#clockReadingsMs.push(now)
        return now
      },
      outside: <T>(read: () => T) => {
        const reading = readOutside(read)
        this.#outside.push(reading)
        return outsideAnswer(reading) as T
      },
      call: (call, perform) => client.callOutside(call, perform),
      event: (...event) => this.#event(client, event),
    }
  }

  /** `error`: what the reconcile function threw. */
  end(end: Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'>, error: unknown): void {
    this.trace.end(end, error)
    this.#environment.journal.end(this.#begin, {
      ...end,
      endedAtMs: this.#environment.clock.wallMs(),
      clockReadingsMs: this.#clockReadingsMs,
      viewChanges: this.#viewChanges,
      gatesRead: this.#gatesRead,
      ...(this.#outside.length > 0 ? { outside: this.#outside } : {}),
    })
  }

  /** What was read since the last request; undefined for nothing. */
  #newReadings(): RunReadings | undefined {
    const from = { ...this.#written }
    const gates = Object.entries(this.#gatesRead)
    const now = { clock: this.#clockReadingsMs.length, views: this.#viewChanges.length, gates: gates.length, outside: this.#outside.length }
    if (now.clock + now.views + now.gates + now.outside === from.clock + from.views + from.gates + from.outside) return undefined
    Object.assign(this.#written, now)
    return {
      clockReadingsMs: this.#clockReadingsMs.slice(from.clock),
      viewChanges: this.#viewChanges.slice(from.views),
      gatesRead: Object.fromEntries(gates.slice(from.gates)),
      ...(now.outside > from.outside ? { outside: this.#outside.slice(from.outside) } : {}),
    }
  }

  #noticeMove(kind: Kind, read: number): void {
    const id = kindId(kind)
    const { recording } = this.#environment
    const shown = this.#environment.informer(kind).store.resourceVersion
    const resourceVersion = recording === undefined || shown === '' ? shown : recording.positionOf(kind)
    if (this.#versions.get(id) === resourceVersion) return
    const isFirst = !this.#versions.has(id)
    this.#versions.set(id, resourceVersion)
    if (isFirst && !this.#hasAsked) this.#views[id] = resourceVersion
    else this.#viewChanges.push({ read, kind: id, resourceVersion })
  }

  async #send(request: RunRequest, kind: Kind, options: object): Promise<RunAnswer> {
    const { journal, client } = this.#environment
    this.#hasAsked = true
    journal.request(this.#begin, request, this.#newReadings())
    const cause = { run: this.#begin.id, sequence: request.sequence }
    const { answer, error } = await this.trace.request(request, () => sendThrough(client, request, kind, { ...options, cause }))
    journal.answer(this.#begin, request, answer)
    if (answer.type === 'refused') throw new StatusError(answer.status)
    // As it was thrown, with its stack and cause: a lost answer, but also a misuse of the client or the caller's own abort.
    if (answer.type === 'failed') throw error
    this.#showOwnWrite(request, kind, answer)
    return answer
  }

  async #call(request: RunRequest, perform: () => Promise<unknown>): Promise<RunAnswer> {
    const { journal } = this.#environment
    this.#hasAsked = true
    journal.request(this.#begin, request, this.#newReadings())
    await journal.durable()
    // Nothing fences systems outside of the API against a process that has lost its Lease, but this.
    const leading = (): Promise<unknown> => {
      if (!this.#environment.isLeading()) throw new NotLeading('call', request.system ?? '')
      return perform()
    }
    const { answer } = await this.trace.request(request, async () => ({
      answer: { type: 'outside', reading: await awaitOutside(leading) },
    }))
    journal.answer(this.#begin, request, answer)
    await journal.durable()
    return answer
  }

  /** The next run sees this write even if the watch has not delivered it yet. */
  #showOwnWrite(request: RunRequest, kind: Kind, answer: RunAnswer): void {
    const write = ownWrite(request, answer)
    if (write === undefined || !this.#kinds.has(kindId(kind))) return
    const { recording } = this.#environment
    const show = (): void => this.#environment.informer(kind).wrote(write.object, write.gone)
    if (recording === undefined) show()
    else recording.during({ run: this.#begin.id, sequence: request.sequence }, show)
  }

  #event(client: RunClient, event: Parameters<PublishEvent>): void {
    const [regarding, type, reason, message, details] = event
    const request = eventRequest(client.nextSequence(), ...event)
    this.#hasAsked = true
    this.#environment.journal.request(this.#begin, request, this.#newReadings())
    this.#environment.recorder.record({
      regarding,
      type,
      reason,
      message,
      component: this.#component,
      ...details,
      cause: { run: this.#begin.id, sequence: request.sequence },
    })
  }
}
