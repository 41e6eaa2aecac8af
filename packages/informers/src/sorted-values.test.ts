import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { SortedValues } from './sorted-values.ts'

describe('SortedValues', () => {
  test('`from()` answers what a sorted array would, whatever was added and deleted', () => {
    const random = seededRandom(1)
    const values = new SortedValues(['b', 'a'])
    const model = new Set(['a', 'b'])
    for (let step = 0; step < 5000; step++) {
      const value = String(random.nextUint32() % 2000)
      if (model.has(value)) values.delete(value)
      else values.add(value)
      if (!model.delete(value)) model.add(value)
      if (step % 500 !== 0) continue
      const probe = String(random.nextUint32() % 2000)
      expect([...values.from(probe)]).toEqual([...model].filter((one) => one >= probe).sort())
    }
    for (const value of model) values.delete(value)
    expect([...values.from('')]).toEqual([])
  })
})
