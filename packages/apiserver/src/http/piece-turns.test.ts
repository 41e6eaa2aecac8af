import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { PieceTurns, type Turn } from './piece-turns.ts'

/** Two pieces at once. */
function start(): { clock: VirtualClock; turns: PieceTurns; begun: Turn[] } {
  const clock = new VirtualClock()
  const turns = new PieceTurns({ clock, pieceBytes: 8, piecesMax: 2 })
  return { clock, turns, begun: [] }
}

describe('PieceTurns', () => {
  test('gives so many turns at once, and the next in the order in which they were asked for', () => {
    const { turns } = start()
    const order: string[] = []
    const lent: Turn[] = []
    for (const name of ['a', 'b', 'c', 'd']) {
      turns.take((turn) => {
        order.push(name)
        lent.push(turn)
      })
    }
    expect(order).toEqual(['a', 'b'])
    lent[1]!.done()
    lent[1]!.done()
    expect(order).toEqual(['a', 'b', 'c'])
    lent[0]!.drop()
    expect(order).toEqual(['a', 'b', 'c', 'd'])
  })

  test('passes by any number of those who have lost interest meanwhile', () => {
    const { turns, begun } = start()
    for (let at = 0; at < 2; at++) turns.take((turn) => begun.push(turn))
    for (let at = 0; at < 20_000; at++) turns.take((turn) => turn.done())
    turns.take((turn) => begun.push(turn))
    begun[0]!.done()
    expect(begun.length).toBe(3)
  })

  test('uses buffers again, but not those that were dropped', () => {
    const { turns, begun } = start()
    turns.take((turn) => begun.push(turn))
    const { buffer } = begun[0]!
    expect(buffer.length).toBe(8)
    begun[0]!.done()
    turns.take((turn) => begun.push(turn))
    expect(begun[1]!.buffer).toBe(buffer)
    begun[1]!.drop()
    turns.take((turn) => begun.push(turn))
    expect(begun[2]!.buffer).not.toBe(buffer)
  })

  test('waits for nobody who takes too long while others wait, and sets no timer where nobody waits', async () => {
    const { clock, turns, begun } = start()
    for (let at = 0; at < 2; at++) turns.take((turn) => begun.push(turn))
    expect(clock.pendingTimers).toBe(0)
    await clock.advance(150)
    turns.take((turn) => begun.push(turn))
    await clock.advance(199)
    expect(begun.length).toBe(2)
    await clock.advance(1)
    expect([begun.length, ...begun.map(({ isLate }) => isLate)]).toEqual([3, true, true, false])
    // It frees no other turn.
    begun[0]!.done()
    turns.take((turn) => begun.push(turn))
    turns.take((turn) => begun.push(turn))
    expect(begun.length).toBe(4)
    expect(clock.pendingTimers).toBe(1)
    begun[2]!.done()
    begun[3]!.done()
    begun[4]!.done()
    expect([begun.length, clock.pendingTimers]).toEqual([5, 0])
  })
})
