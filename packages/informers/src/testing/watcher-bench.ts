import { afterEach, beforeEach, expect } from '@jest/globals'
import { objectKey } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { Subscription } from 'rxjs'
import { watcher, type WatcherOptions } from '../watcher.ts'
import type { WatcherEvent } from '../watcher-event.ts'
import { POD, pod } from './pods.ts'
import { ScriptedClient } from './scripted-client.ts'

/** A watcher on virtual time against a scripted server, for one test. */
export class WatcherBench {
  readonly clock = new VirtualClock()
  readonly server = new ScriptedClient()
  /** What the watcher said, in short. */
  readonly seen: string[] = []
  readonly #subscriptions: Subscription[] = []

  /** `streams`: the gate WatchListClient. */
  start(options: Partial<WatcherOptions> & { streams?: boolean } = {}): Subscription {
    const { streams = false, ...rest } = options
    const gates = { enabled: () => streams }
    const events = watcher(this.server.client, POD, { clock: this.clock, random: { nextUint32: () => 0 }, gates, ...rest })
    const subscription = events.subscribe((event) => this.seen.push(brief(event)))
    this.#subscriptions.push(subscription)
    return subscription
  }

  /** A watcher that has listed one object at 5 and watches. */
  async watching(options: Partial<WatcherOptions> = {}): Promise<void> {
    this.start(options)
    this.server.lastList.answer([pod('one', 3)], '5')
    await this.clock.advance(0)
    this.seen.length = 0
  }

  stop(): void {
    for (const one of this.#subscriptions) one.unsubscribe()
  }
}

/** Answers the bench of the test that runs; after each test nothing may be alive. */
export function watcherBench(): () => WatcherBench {
  let current: WatcherBench
  beforeEach(() => {
    current = new WatcherBench()
  })
  afterEach(() => {
    current.stop()
    expect(current.clock.pendingTimers).toBe(0)
    expect(current.server.watches.filter(({ closed }) => !closed)).toEqual([])
  })
  return () => current
}

function brief(event: WatcherEvent): string {
  switch (event.type) {
    case 'item':
    case 'applied':
    case 'deleted':
      return `${event.type} ${objectKey(event.object)}@${event.object.metadata!.resourceVersion}`
    case 'listed':
    case 'bookmark':
      return `${event.type} ${event.resourceVersion}`
    case 'interrupted':
      return `interrupted ${event.retryMs}`
    case 'listing':
      return event.type
  }
}
