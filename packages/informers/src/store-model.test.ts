import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import fc from 'fast-check'
import { createStore, type StoreChange } from './store.ts'
import { pod } from './testing/pods.ts'

/** One write on the server; its resourceVersion is its place in the history, from 1. */
interface ServerWrite {
  readonly name: string
  readonly remove: boolean
  /** The store is told of the answer this many writes later; never when the write was somebody else's. */
  readonly own: number | undefined
  /** Outside of the watch's selection: it is never delivered. */
  readonly foreign: boolean
}

const write = fc.record({
  name: fc.constantFrom('x', 'y', 'z'),
  remove: fc.boolean(),
  own: fc.option(fc.nat(3), { nil: undefined }),
  foreign: fc.constant(false),
})
const foreignWrite = fc.record({
  name: fc.constantFrom('p', 'q'),
  remove: fc.constant(false),
  own: fc.option(fc.nat(3), { nil: undefined }),
  foreign: fc.constant(true),
})
/** How far the watch lags behind the writes, and how it catches up. */
const step = fc.record({
  write: fc.oneof({ weight: 4, arbitrary: write }, { weight: 1, arbitrary: foreignWrite }),
  deliver: fc.nat(3),
  by: fc.constantFrom('events', 'events', 'bookmark', 'list'),
})

type Step = { readonly write: ServerWrite; readonly deliver: number; readonly by: 'events' | 'bookmark' | 'list' }

describe('createStore()', () => {
  test('shows the newest of what the watch delivered and what was written, and changes tell the history of the watch, in every order', () => {
    fc.assert(
      fc.property(fc.array(step as fc.Arbitrary<Step>, { minLength: 1, maxLength: 40 }), (steps) => new Play().run(steps)),
      { numRuns: 500, seed: 11 },
    )
  })
})

class Play {
  readonly #parts = createStore<KubeObject>({ uid: ({ metadata }) => [metadata!.uid!] })
  readonly #history: ServerWrite[] = []
  /** resourceVersion of the newest own write that the store was told of, by name. */
  readonly #told = new Map<string, number>()
  /** What changes have told, by name. */
  readonly #heard = new Map<string, string>()
  #delivered = 0
  /** The watch caught up by something that names the version it has reached. */
  #thorough = false

  run(steps: readonly Step[]): void {
    this.#hear(this.#parts.writer.replace([], '0'))
    for (const { write: one, deliver, by } of steps) {
      this.#history.push({ ...one, remove: one.remove && this.#at(this.#history.length).has(one.name) })
      this.#tell()
      this.#catchUp(Math.min(this.#history.length, this.#delivered + deliver), by)
      this.#check()
    }
  }

  /** The objects within the selection at a version of the history: name → version. */
  #at(version: number): Map<string, number> {
    const state = new Map<string, number>()
    for (const [at, { name, remove, foreign }] of this.#history.slice(0, version).entries()) {
      if (foreign) continue
      if (remove) state.delete(name)
      else state.set(name, at + 1)
    }
    return state
  }

  #tell(): void {
    for (const [at, { name, own, remove }] of this.#history.entries()) {
      if (own === undefined || at + own !== this.#history.length - 1) continue
      const version = at + 1
      this.#parts.writer.wrote(pod(name, version), remove)
      this.#told.set(name, Math.max(version, this.#told.get(name) ?? 0))
    }
  }

  #catchUp(to: number, by: Step['by']): void {
    const { writer } = this.#parts
    this.#thorough = false
    if (to <= this.#delivered) return
    this.#thorough = by !== 'events'
    if (by === 'list') {
      this.#delivered = to
      this.#hear(
        writer.replace(
          Array.from(this.#at(to), ([name, version]) => pod(name, version)),
          String(to),
        ),
      )
      return
    }
    for (; this.#delivered < to; this.#delivered++) {
      const { name, remove, foreign } = this.#history[this.#delivered]!
      if (foreign) continue
      const object = pod(name, this.#delivered + 1)
      const change = remove ? writer.remove(object) : writer.apply(object)
      if (change !== undefined) this.#hear([change])
    }
    if (by === 'bookmark') writer.bookmark(String(to))
  }

  #hear(changes: readonly StoreChange<KubeObject>[]): void {
    for (const { type, object, previous } of changes) {
      const { name = '', resourceVersion = '' } = object.metadata ?? {}
      expect(previous?.metadata?.resourceVersion).toBe(this.#heard.get(name))
      expect(type === 'added').toBe(previous === undefined)
      if (type === 'deleted') this.#heard.delete(name)
      else this.#heard.set(name, resourceVersion)
    }
  }

  #check(): void {
    const { store } = this.#parts
    const delivered = this.#at(this.#delivered)
    expect(Object.fromEntries(this.#heard)).toEqual(Object.fromEntries(Array.from(delivered, ([name, version]) => [name, String(version)])))
    const pending = new Map(store.pendingWrites().map(({ key, resourceVersion }) => [key.slice('a/'.length), Number(resourceVersion)]))
    for (const name of ['x', 'y', 'z', 'p', 'q']) {
      const told = this.#told.get(name) ?? 0
      const own = pending.get(name)
      const shown = store.get(`a/${name}`)?.metadata?.resourceVersion
      // Nothing newer than the watch may be missing; what the watch has passed may still be shown, until a bookmark or a listing.
      if (told > this.#delivered) expect([name, own]).toEqual([name, told])
      if (own !== undefined && this.#thorough) expect(own).toBeGreaterThan(this.#delivered)
      const version = own === undefined ? delivered.get(name) : this.#history[own - 1]!.remove ? undefined : own
      expect([name, shown]).toEqual([name, version === undefined ? undefined : String(version)])
    }
    for (const { metadata } of store.list()) expect(store.byIndex('uid', metadata!.uid!)).toHaveLength(1)
    expect(store.list('a')).toEqual(store.list())
  }
}
