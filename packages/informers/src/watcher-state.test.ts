import { describe, expect, test } from '@jest/globals'
import { transition, type WatcherSignal, type WatcherState } from './watcher-state.ts'

/** Every state and every signal; `=` changes nothing, `again` watches anew. Written from the contract, not from the code. */
const TABLE = `
  state            | listed   | unsupported | expired         | failed           | ended   | silent           | elapsed  | stop
  listing          | watching | =           | waiting-to-list | waiting-to-list  | =       | =                | =        | stopped
  streaming        | watching | listing     | waiting-to-list | waiting-to-list  | listing | listing          | =        | stopped
  watching         | =        | =           | waiting-to-list | waiting-to-watch | again   | waiting-to-watch | =        | stopped
  waiting-to-list  | =        | =           | =               | =                | =       | =                | relist   | stopped
  waiting-to-watch | =        | =           | =               | =                | =       | =                | watching | stopped
  stopped          | =        | =           | =               | =                | =       | =                | =        | =
`

const [header, ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
const cases = rows.flatMap(([state, ...targets]) =>
  targets.map((target, at) => [state as WatcherState, header![at + 1] as WatcherSignal, target] as const),
)

describe('transition()', () => {
  test.each(cases)('from %s, %s leads to %s', (state, signal, target) => {
    for (const streams of [true, false]) {
      const wanted = target === '=' || target === 'again' ? state : target === 'relist' ? (streams ? 'streaming' : 'listing') : target
      expect(transition(state, signal, streams)).toBe(wanted)
    }
  })
})
