import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createLogger, type CreateLoggerOptions, type LogLevel } from './logger.ts'

function setUp(options: CreateLoggerOptions & { isTTY?: boolean } = {}) {
  const lines: string[] = []
  const clock = new VirtualClock()
  const destination = { write: (line: string) => lines.push(line), ...(options.isTTY === undefined ? {} : { isTTY: options.isTTY }) }
  return { lines, clock, logger: createLogger({ destination, clock, ...options }) }
}

describe('createLogger()', () => {
  test('writes one JSON object a line, the level by name, the time of its clock', async () => {
    const { lines, clock, logger } = setUp({ name: 'apiserver' })
    await clock.advance(1500)
    logger.info({ key: 'default/a' }, 'Synced')
    expect(lines).toEqual(['{"level":"info","time":"2024-08-13T00:00:01.500Z","name":"apiserver","key":"default/a","msg":"Synced"}\n'])
  })

  test('leaves out what is below its level', () => {
    const { lines, logger } = setUp({ level: 'warn' })
    logger.info('no')
    logger.warn('yes')
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['yes'])
    const silent = setUp({ level: 'silent' })
    silent.logger.fatal('no')
    expect(silent.lines).toEqual([])
  })

  test('keeps errors with their cause', () => {
    const { lines, logger } = setUp()
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'Failed')
    expect(lines[0]).toContain('"message":"outer: inner"')
  })

  test('writes text when asked for', () => {
    const { lines, logger } = setUp({ format: 'text' })
    logger.warn({ key: 'default/a' }, 'Slow')
    expect(lines.join('')).toBe('[00:00:00.000] WARN: Slow\n    key: "default/a"\n')
  })

  test('writes text to a terminal, in colour, unless told otherwise', () => {
    const terminal = setUp({ isTTY: true })
    terminal.logger.info('Hello')
    expect(terminal.lines.join('')).toContain('\u001b[32mINFO\u001b[39m')
    const json = setUp({ isTTY: true, format: 'json' })
    json.logger.info('Hello')
    expect(json.lines[0]).toMatch(/^\{/)
  })

  test('refuses a level that does not exist', () => {
    expect(() => setUp({ level: 'loud' as LogLevel })).toThrow(
      'Cannot create a logger: level "loud" is none of trace, debug, info, warn, error, fatal, silent',
    )
  })
})
