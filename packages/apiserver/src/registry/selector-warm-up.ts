import type { Clock, Timer } from '@kubetape/determinism'
import type { Storage, StoredObject } from '@kubetape/storage'
import { selectableFields } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'

/** Work at a time, and the rest after it, in which others are served. */
const SLICE_MS = 4
const PAUSE_MS = 4
/** Objects between two looks at the clock. */
const BATCH = 32

export interface SelectorWarmUpOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly resources: Iterable<ServedResource>
}

/** One way through the objects of one resource. */
interface Pass {
  readonly resource: ServedResource
  readonly read: (stored: StoredObject) => void
}

/**
 * Reads what selectors ask for out of the objects that were loaded from the log: while they are written it is at hand, but after a start only their bytes
 * are. So the first selector need not read all of them. What a caller may rely on:
 *
 * - Nothing is done before `start()` has returned, and then little at a time, at most half of the time.
 * - First come the labels of all resources, which cost a tenth of the fields.
 * - Reading changes no answer: a selector that comes first reads what it needs itself.
 */
export class SelectorWarmUp {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #passes: Pass[]
  #after = ''
  #timer: Timer | undefined

  constructor({ storage, clock, resources }: SelectorWarmUpOptions) {
    this.#storage = storage
    this.#clock = clock
    const loaded = [...resources].filter((one) => !one.custom && one.conversion === undefined && storage.count(one.stored) > 0)
    this.#passes = [
      ...oncePerStored(loaded).map((resource) => ({ resource, read: (stored: StoredObject) => void stored.labels })),
      ...loaded
        .filter(({ strategy }) => strategy.selectableFields !== undefined)
        .map((resource) => ({ resource, read: (stored: StoredObject) => void selectableFields(resource, stored) })),
    ]
  }

  /** Whether everything has been read. */
  get isDone(): boolean {
    return this.#passes.length === 0
  }

  /** Begins; the answer stops it. */
  start(): () => void {
    this.#rest()
    return () => this.#timer?.cancel()
  }

  #rest(): void {
    if (!this.isDone) this.#timer = this.#clock.setTimer(() => this.#slice(), PAUSE_MS)
  }

  #slice(): void {
    const end = this.#clock.monotonicMs() + SLICE_MS
    do this.#batch()
    while (!this.isDone && this.#clock.monotonicMs() < end)
    this.#rest()
  }

  #batch(): void {
    const { resource, read } = this.#passes[0]!
    let left = BATCH
    this.#storage.walk(resource.stored, this.#after, (stored) => {
      read(stored)
      this.#after = stored.key
      return --left > 0
    })
    if (left === 0) return
    this.#passes.shift()
    this.#after = ''
  }
}

/** Versions of one resource share their objects. */
const oncePerStored = (resources: readonly ServedResource[]): ServedResource[] => [
  ...new Map(resources.map((one) => [`${one.stored.group}/${one.stored.resource}`, one])).values(),
]
