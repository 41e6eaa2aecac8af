import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dealHand, flowHash } from './shuffle-shard.ts'

describe('dealHand()', () => {
  test('deals different queues that there are, always the same for one flow', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 8 }), (flow, queues, wanted) => {
        const handSize = Math.min(queues, wanted)
        const hand = dealHand(flowHash('schema', flow), queues, handSize)
        expect(new Set(hand).size).toBe(handSize)
        expect(hand.every((queue) => queue >= 0 && queue < queues)).toBe(true)
        expect(dealHand(flowHash('schema', flow), queues, handSize)).toEqual(hand)
      }),
    )
  })

  test('spreads flows over all queues', () => {
    const used = new Set(Array.from({ length: 500 }, (_, at) => dealHand(flowHash('s', `user-${at}`), 64, 6)).flat())
    expect(used.size).toBe(64)
  })
})
