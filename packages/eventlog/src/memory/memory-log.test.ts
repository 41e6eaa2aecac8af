import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { eventLogContract } from '../testing/index.ts'
import { createMemoryLog } from './memory-log.ts'

eventLogContract('createMemoryLog()', ({ clock }) => createMemoryLog({ clock, random: seededRandom(1) }))

describe('createMemoryLog()', () => {
  test('refuses appends when it is read-only', async () => {
    const log = createMemoryLog({ clock: new VirtualClock(), readOnly: true })
    await expect(log.append({ entries: [] })).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  test('gives the same generation for the same randomness', () => {
    const make = (seed: number) => createMemoryLog({ clock: new VirtualClock(), random: seededRandom(seed) }).info.generation
    expect(make(1)).toBe(make(1))
    expect(make(1)).not.toBe(make(2))
  })
})
