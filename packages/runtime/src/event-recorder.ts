import { isNotFound, type KubeObject } from '@kubetape/apimachinery'
import type { Cause, Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { EventForm } from './event-form.ts'
import { EventSpamFilter } from './event-spam-filter.ts'
import type { EventDetails } from './event-request.ts'

/** What a reconcile asks to be told about an object. */
export interface EventIntent extends EventDetails {
  readonly regarding: KubeObject
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly component: string
  /** Of the run that asks; none for what the manager itself tells. */
  readonly cause?: Cause
}

/** Events waiting to be written; more are dropped and reported, as client-go does. */
export const QUEUE_MAX = 1000
/** Repeats of one event are counted on it as long as they come within this time of each other. */
const SAME_EVENT_MS = 600_000
const REMEMBERED_MAX = 4096

/**
 * Writes Events one after the other, without holding up whoever reports them. The same event again counts up the one that is there
 * instead of making another, and an object that much is said of is heard less often (client-go's event correlation).
 */
export class EventRecorder {
  readonly #client: Client
  readonly #clock: Clock
  readonly #onProblem: (message: string, fields: Record<string, unknown>) => void
  readonly #form: EventForm
  readonly #spam = new EventSpamFilter()
  readonly #known = new Map<string, { event: KubeObject; atMs: number }>()
  readonly #queue: EventIntent[] = []
  #working: Promise<void> | undefined
  #dropped = 0
  #made = 0

  constructor(client: Client, clock: Clock, form: EventForm, onProblem: (message: string, fields: Record<string, unknown>) => void) {
    this.#client = client
    this.#clock = clock
    this.#form = form
    this.#onProblem = onProblem
  }

  record(intent: EventIntent): void {
    if (this.#queue.length >= QUEUE_MAX) {
      this.#dropped++
      return
    }
    this.#queue.push(intent)
    this.#working ??= this.#work()
  }

  /**
   * Resolves when everything recorded so far has been written or given up. When `signal` aborts, what still waits is dropped and reported,
   * and the request under way is left to itself.
   */
  async flush({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const aborted =
      signal &&
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    while (this.#working !== undefined && !signal?.aborted) await (aborted ? Promise.race([this.#working, aborted]) : this.#working)
    if (this.#working === undefined) return
    const dropped = this.#queue.length + 1
    this.#queue.length = 0
    this.#onProblem('events were given up: writing them takes too long', { dropped })
  }

  async #work(): Promise<void> {
    await Promise.resolve()
    for (let intent = this.#queue.shift(); intent !== undefined; intent = this.#queue.shift()) {
      try {
        await this.#write(intent)
      } catch (error) {
        this.#onProblem('an event could not be written', {
          reason: intent.reason,
          error: error instanceof Error ? error.message : String(error),
        })
      }
    }
    if (this.#dropped > 0) {
      this.#onProblem('events were dropped: too many at once', { dropped: this.#dropped })
      this.#dropped = 0
    }
    this.#working = undefined
  }

  async #write(intent: EventIntent): Promise<void> {
    const now = this.#clock.wallMs()
    const { uid, namespace, name } = intent.regarding.metadata ?? {}
    if (!this.#spam.allows(JSON.stringify([intent.component, intent.regarding.kind, namespace, name, uid]), now)) return
    const id = JSON.stringify([
      intent.component,
      intent.type,
      intent.reason,
      intent.action,
      intent.message,
      intent.regarding.metadata?.uid,
      intent.regarding.metadata?.namespace,
      intent.regarding.metadata?.name,
    ])
    const known = this.#known.get(id)
    if (known !== undefined && now - known.atMs < SAME_EVENT_MS) {
      try {
        const { name = '', namespace = '' } = known.event.metadata ?? {}
        const patch = { type: 'merge', body: this.#form.again(known.event, now) } as const
        this.#remember(id, await this.#client.patch(this.#form.kind, { name, namespace }, patch, causeOf(intent)), now)
        return
      } catch (error) {
        // One that has expired or was deleted gets a successor.
        if (!isNotFound(error)) throw error
      }
    }
    const event = this.#form.make(intent, now, `${intent.regarding.metadata?.name ?? ''}.${this.#suffix(now)}`)
    this.#remember(id, await this.#client.create(this.#form.kind, event, causeOf(intent)), now)
  }

  /** What client-go appends to the object's name: the time in nanoseconds, in hexadecimal; a counter keeps it unique within a millisecond. */
  #suffix(nowMs: number): string {
    return (BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(this.#made++ % 1_000_000)).toString(16)
  }

  #remember(id: string, event: KubeObject, atMs: number): void {
    this.#known.delete(id)
    this.#known.set(id, { event, atMs })
    if (this.#known.size > REMEMBERED_MAX) this.#known.delete(this.#known.keys().next().value!)
  }
}

const causeOf = ({ cause }: EventIntent): { cause?: Cause } => (cause === undefined ? {} : { cause })
