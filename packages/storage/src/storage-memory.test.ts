import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from './storage.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('count() and get() keep nothing of resources that there are none of', () => {
  const clock = new VirtualClock()
  const storage = Storage.open({ log: createMemoryLog({ clock, random: seededRandom(1) }), clock })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < 1000; at++) {
    const made = { group: '', resource: Buffer.alloc(50_000, at.toString(36)).toString('latin1') }
    expect(storage.count(made)).toBe(0)
    expect(storage.get(made, 'a', 'b')).toBeUndefined()
  }
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6)
  storage.close()
})
