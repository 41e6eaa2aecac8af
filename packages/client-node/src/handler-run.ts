import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock, Random, UidSource } from '@kubetape/determinism'
import type { RunAnswer, RunBegin, RunEnd, RunRequest, Trigger } from '@kubetape/journal'
import { codeDigest, type Recording } from '@kubetape/runtime'

/** What calls of handlers need to be recorded. */
export interface HandlerRunEnvironment {
  readonly recording: Recording
  readonly clock: Clock
  readonly random: Random
  readonly uids: UidSource
}

/** The call of a handler that the code which asks belongs to. */
const current = new AsyncLocalStorage<HandlerRun>()

/** One call of a handler, as a run on the tape. */
export class HandlerRun {
  readonly #environment: HandlerRunEnvironment
  readonly #begin: RunBegin
  #sequence = 0

  constructor(
    environment: HandlerRunEnvironment,
    { controller, key, trigger, views, code }: Pick<RunBegin, 'controller' | 'key' | 'views'> & { trigger: Trigger; code: string },
  ) {
    const { recording, clock, random, uids } = environment
    this.#environment = environment
    this.#begin = {
      id: uids.next(),
      controller,
      key,
      attempt: 1,
      triggers: [trigger],
      startedAtMs: clock.wallMs(),
      views,
      ownWrites: [],
      seed: random.nextUint32(),
      carried: undefined,
      gates: {},
      codeVersion: codeDigest(code),
    }
    recording.journal.begin(this.#begin)
  }

  /** The run that the calling code is part of, also behind an `await`; undefined outside of handlers. */
  static current(): HandlerRun | undefined {
    return current.getStore()
  }

  /** Calls a handler as this run. */
  call<T>(handler: () => T): T {
    return current.run(this, handler)
  }

  /** Writes a request down before it is sent; the function that comes back writes down what it was answered. */
  request(request: Omit<RunRequest, 'sequence'>): (answer: RunAnswer) => void {
    const { journal } = this.#environment.recording
    const asked: RunRequest = { sequence: ++this.#sequence, ...request }
    journal.request(this.#begin, asked)
    return (answer) => journal.answer(this.#begin, asked, answer)
  }

  /** The handler is through; `error`, if there is one, is what it threw. */
  end(failure?: { readonly error: unknown }): void {
    const { recording, clock } = this.#environment
    const outcome: Pick<RunEnd, 'outcome' | 'error'> =
      failure === undefined ? { outcome: 'success' } : { outcome: 'error', error: messageOf(failure.error) }
    recording.journal.end(this.#begin, { ...outcome, endedAtMs: clock.wallMs(), clockReadingsMs: [], viewChanges: [], gatesRead: {} })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
