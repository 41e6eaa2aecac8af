import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DelayedItems } from './delayed-items.ts'

const released = (items: DelayedItems<string>, nowMs: number): [string, number][] => {
  const out: [string, number][] = []
  items.release(nowMs, (item, priority) => out.push([item, priority]))
  return out
}

describe('DelayedItems', () => {
  test('release() takes out what is due, the nearest first, of one instant in the order of asking', () => {
    const items = new DelayedItems<string>()
    items.add('late', 30, 0)
    items.add('b', 10, 1)
    items.add('a', 10, 2)
    expect([items.size, items.nextMs]).toEqual([3, 10])
    expect(released(items, 9)).toEqual([])
    expect(released(items, 10)).toEqual([
      ['b', 1],
      ['a', 2],
    ])
    expect([items.size, items.nextMs]).toEqual([1, 30])
    items.clear()
    expect([items.size, items.nextMs, released(items, 100)]).toEqual([0, undefined, []])
  })

  test('does what a sorted list does, whatever is asked', () => {
    const step = fc.oneof(
      fc.record({ item: fc.nat(300), ms: fc.integer({ min: 1, max: 50 }), priority: fc.nat(3) }),
      fc.record({ pass: fc.integer({ min: 0, max: 20 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const items = new DelayedItems<string>()
        const model = new Map<string, { readyMs: number; priority: number; order: number }>()
        let nowMs = 0
        steps.forEach((one, order) => {
          if ('pass' in one) {
            nowMs += one.pass
            const due = [...model].filter(([, { readyMs }]) => readyMs <= nowMs)
            due.sort(([, a], [, b]) => a.readyMs - b.readyMs || a.order - b.order)
            for (const [item] of due) model.delete(item)
            expect(released(items, nowMs)).toEqual(due.map(([item, { priority }]) => [item, priority]))
          } else {
            const [item, readyMs] = [`i${one.item}`, nowMs + one.ms]
            const known = model.get(item)
            items.add(item, readyMs, one.priority)
            if (known === undefined) model.set(item, { readyMs, priority: one.priority, order })
            else {
              known.readyMs = Math.min(known.readyMs, readyMs)
              known.priority = Math.max(known.priority, one.priority)
            }
          }
          expect(items.size).toBe(model.size)
        })
      }),
      { numRuns: 60 },
    )
  })
})
