import { describe, expect, test } from '@jest/globals'
import { createLogger } from '@kubetape/component-base'
import { VirtualClock } from '@kubetape/determinism/testing'
import { runLogs } from './run-logs.ts'

describe('runLogs()', () => {
  test('asks for the logger with the first line of a level that is written, and adds the fields', () => {
    const lines: string[] = []
    let asked = 0
    const log = runLogs(() => {
      asked++
      return createLogger({ format: 'json', clock: new VirtualClock(), destination: { write: (line) => lines.push(line) } })
    }, ['warn', 'error'])({ controller: 'task' })
    log.info('quiet')
    expect({ asked, lines }).toEqual({ asked: 0, lines: [] })
    log.error('loud', { key: 'a' })
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'error', controller: 'task', key: 'a', msg: 'loud' })
  })
})
