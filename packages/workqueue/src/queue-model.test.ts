import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import fc from 'fast-check'
import { Queue } from './queue.ts'

describe('Queue', () => {
  test('agrees with a plain model over any run of calls', async () => {
    const calls = fc.array(
      fc.oneof(
        fc.record({ call: fc.constant('add' as const), item: fc.integer({ min: 0, max: 5 }), priority: fc.integer({ min: -1, max: 1 }) }),
        fc.record({ call: fc.constant('get' as const) }),
        fc.record({ call: fc.constant('done' as const), item: fc.integer({ min: 0, max: 5 }) }),
      ),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 4 }), async (steps, oldestEvery) => {
        const queue = new Queue<number>({ clock: new VirtualClock(), oldestEvery })
        const model = new Model(oldestEvery)
        for (const step of steps) {
          if (step.call === 'add') {
            queue.add(step.item, { priority: step.priority })
            model.add(step.item, step.priority)
          } else if (step.call === 'done') {
            queue.done(step.item)
            model.done(step.item)
          } else if (queue.len() > 0) expect(await queue.get()).toBe(model.get())
          expect([queue.len(), queue.processing]).toEqual([model.waiting.length, model.processing.size])
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** The contract said slowly: `order` is the place within a priority, `age` the place over all. */
class Model {
  waiting: { item: number; priority: number; order: number; age: number }[] = []
  processing = new Set<number>()
  again = new Map<number, number>()
  #oldestEvery: number
  #pops = 0
  #next = 0

  constructor(oldestEvery: number) {
    this.#oldestEvery = oldestEvery
  }

  add(item: number, priority: number): void {
    const waits = this.waiting.find((one) => one.item === item)
    if (this.processing.has(item)) this.again.set(item, Math.max(priority, this.again.get(item) ?? -Infinity))
    else if (waits === undefined) this.waiting.push({ item, priority, order: this.#next++, age: this.#next })
    else if (priority > waits.priority) Object.assign(waits, { priority, order: this.#next++ })
  }

  get(): number | undefined {
    this.#pops++
    const oldest = this.waiting.toSorted((a, b) => a.age - b.age)[0]
    const highest = this.waiting.toSorted((a, b) => b.priority - a.priority || a.order - b.order)[0]
    const taken = this.#pops % this.#oldestEvery === 0 ? oldest : highest
    this.waiting = this.waiting.filter((one) => one !== taken)
    this.processing.add(taken!.item)
    return taken!.item
  }

  done(item: number): void {
    if (!this.processing.delete(item)) return
    const priority = this.again.get(item)
    this.again.delete(item)
    if (priority !== undefined) this.add(item, priority)
  }
}
