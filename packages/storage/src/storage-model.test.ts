import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import fc from 'fast-check'
import type { StoredObject } from './stored-object.ts'
import { type Bench, brief, eachLog, isOn, keys, PODS } from './testing/storage-bench.ts'
import type { StorageEvent } from './watch.ts'

/** A version of an object in the model. */
interface Version {
  readonly revision: number
  readonly on: boolean
}

/** What storage should do, slowly: the state after every revision, kept whole. */
class Model {
  readonly states: ReadonlyMap<string, Version>[] = [new Map()]

  write(key: string, version: Version | undefined): void {
    const next = new Map(this.states.at(-1))
    if (version === undefined) next.delete(key)
    else next.set(key, version)
    this.states.push(next)
  }

  get head(): number {
    return this.states.length - 1
  }

  list(at: number, scope: string, onlyOn: boolean): string[] {
    const found = [...this.states[at]!].filter(([key, { on }]) => key.startsWith(scope) && (on || !onlyOn))
    return found.map(([key, { revision }]) => `${key}@${revision}`).sort()
  }

  /** The events of a watch from after `since`, told from each pair of neighbouring states. */
  events(since: number, scope: string, onlyOn: boolean): string[] {
    const events: string[] = []
    for (let revision = since + 1; revision <= this.head; revision++) {
      const before = this.states[revision - 1]!
      const after = this.states[revision]!
      for (const key of new Set([...before.keys(), ...after.keys()])) {
        const [old, now] = [before.get(key), after.get(key)]
        if (old?.revision === now?.revision || !key.startsWith(scope)) continue
        const was = old !== undefined && (old.on || !onlyOn)
        const is = now !== undefined && (now.on || !onlyOn)
        if (was || is) events.push(`${is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${key}@${revision}`)
      }
    }
    return events
  }
}

type Step =
  | {
      readonly type: 'commit'
      readonly writes: readonly { readonly key: string; readonly on: boolean; readonly remove: boolean }[]
      readonly stale: boolean
    }
  | { readonly type: 'watch'; readonly back: number; readonly scope: string; readonly onlyOn: boolean }
  | { readonly type: 'unwatch' }
  | {
      readonly type: 'list'
      readonly back: number
      readonly scope: string
      readonly onlyOn: boolean
      readonly limit: number
      readonly fromLog: boolean
    }
  | { readonly type: 'restart' }

const key = fc.constantFrom('a/1', 'a/2', 'a/3', 'aa/1', 'b/1', 'b/2')
const scope = fc.constantFrom('', 'a', 'b')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      writes: fc.uniqueArray(fc.record({ key, on: fc.boolean(), remove: fc.boolean() }), {
        selector: (one) => one.key,
        minLength: 1,
        maxLength: 3,
      }),
      stale: fc.nat(5).map((drawn) => drawn === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('watch' as const), back: fc.nat(10), scope, onlyOn: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ type: 'unwatch' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('list' as const),
      back: fc.nat(15),
      scope,
      onlyOn: fc.boolean(),
      limit: fc.nat(4),
      fromLog: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
)

interface OpenWatch {
  readonly events: StorageEvent[]
  readonly stop: () => void
  readonly since: number
  readonly scope: string
  readonly onlyOn: boolean
}

/** Plays steps against storage and model side by side. */
class Play {
  readonly #bench: Bench
  readonly #model = new Model()
  #watches: OpenWatch[] = []
  #oldest = 0

  constructor(bench: Bench) {
    this.#bench = bench
  }

  async step(one: Step): Promise<void> {
    switch (one.type) {
      case 'commit':
        return this.#commit(one)
      case 'watch':
        return this.#watch(one)
      case 'unwatch':
        this.#watches.shift()?.stop()
        return
      case 'list':
        return this.#list(one)
      case 'restart':
        this.#check()
        this.#watches = []
        await this.#bench.restart()
        this.#oldest = this.#model.head
    }
  }

  async end(): Promise<void> {
    this.#check()
    expect((await this.#bench.storage.verifyCache()).differences).toEqual([])
    expect(this.#bench.log.verify().problems).toEqual([])
  }

  async #commit({ writes, stale }: Extract<Step, { type: 'commit' }>): Promise<void> {
    const state = this.#model.states.at(-1)!
    const possible = writes.filter((one) => !one.remove || state.has(one.key))
    const prepared = possible.map((one) =>
      one.remove ? this.#bench.removing(one.key) : this.#bench.putting(one.key, one.on ? { state: 'on' } : {}),
    )
    if (stale && prepared.length > 0) {
      const last = prepared.pop()!
      await expect(this.#bench.write(...prepared, { ...last, expect: last.expect + 1 })).rejects.toThrow()
      return
    }
    const revisions = await this.#bench.write(...prepared)
    for (const { key: name, on, remove } of possible) this.#model.write(name, remove ? undefined : { revision: this.#model.head + 1, on })
    expect(revisions).toEqual(possible.map((_, at) => this.#model.head - possible.length + at + 1))
  }

  #watch({ back, scope: namespace, onlyOn }: Extract<Step, { type: 'watch' }>): void {
    const since = Math.max(0, this.#model.head - back)
    const request = { since, ...(namespace ? { namespace } : {}), ...(onlyOn ? { matches: isOn } : {}) }
    if (since < this.#oldest) expect(() => this.#bench.watch(request)).toThrow('too old resource version')
    else this.#watches.push({ ...this.#bench.watch(request), since, scope: namespace && `${namespace}/`, onlyOn })
  }

  #list({ back, scope: namespace, onlyOn, limit, fromLog }: Extract<Step, { type: 'list' }>): void {
    const at = Math.max(1, this.#model.head - back)
    if (at > this.#model.head) return
    const items: StoredObject[] = []
    const request = { namespace, limit, fromLog, ...(onlyOn ? { matches: isOn } : {}) }
    let page = this.#bench.storage.list(PODS, true, { ...request, resourceVersion: String(at), resourceVersionMatch: 'Exact' })
    for (;;) {
      items.push(...page.items)
      expect(page.revision).toBe(at)
      if (page.continue === undefined) break
      expect(page.items).toHaveLength(limit)
      const wanted = this.#model.list(at, namespace && `${namespace}/`, onlyOn).length - items.length
      if (onlyOn || at < this.#oldest) expect([undefined, wanted]).toContain(page.remaining)
      else expect(page.remaining).toBe(wanted)
      page = this.#bench.storage.list(PODS, true, { ...request, continue: page.continue })
    }
    expect(keys(items)).toEqual(this.#model.list(at, namespace && `${namespace}/`, onlyOn))
  }

  #check(): void {
    for (const { events, since, scope: prefix, onlyOn } of this.#watches)
      expect(brief(events)).toEqual(this.#model.events(since, prefix, onlyOn))
  }
}

eachLog((open) => {
  describe('Storage', () => {
    test('does what the slow model does, whatever is written, watched, listed and restarted', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
          const bench = open(new VirtualClock())
          try {
            const play = new Play(bench)
            for (const one of steps) await play.step(one)
            await play.end()
          } finally {
            await bench.close()
          }
        }),
        { numRuns: 60, seed: 20240813 },
      )
    }, 60_000)
  })
})
