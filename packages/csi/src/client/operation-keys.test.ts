import { describe, expect, test } from '@jest/globals'
import { OperationKeys } from './operation-keys.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

describe('OperationKeys', () => {
  test('lets operations on one volume follow each other, and others pass', async () => {
    const keys = new OperationKeys()
    const order: string[] = []
    const [a1, a2, a3, b] = [keys.enter('a'), keys.enter('a'), keys.enter('a'), keys.enter('b')]
    for (const [name, { turn }] of Object.entries({ a1, a2, a3, b })) void turn.then(() => order.push(name))
    await turns()
    expect(order).toEqual(['a1', 'b'])
    a1.leave()
    a1.leave()
    await turns()
    expect(order).toEqual(['a1', 'b', 'a2'])
    a2.leave()
    await turns()
    expect(order).toEqual(['a1', 'b', 'a2', 'a3'])
  })

  test('forgets who leaves before its turn', async () => {
    const keys = new OperationKeys()
    const [first, second, third] = [keys.enter('a'), keys.enter('a'), keys.enter('a')]
    second.leave()
    first.leave()
    await third.turn
    third.leave()
    await keys.enter('a').turn
  })
})
