import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { createLogger } from '@kubetape/component-base'
import { VirtualClock } from '@kubetape/determinism/testing'
import { controllerFor } from './controller.ts'
import { managerLog } from './manager-log.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

function logger() {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): number => lines.push(JSON.parse(line) as Record<string, unknown>)
  return { lines, pino: createLogger({ format: 'json', clock: new VirtualClock(), destination: { write } }) }
}

describe('managerLog()', () => {
  test('gives each line of a run its controller, key and run id', async () => {
    const bench = parts()
    const { lines, pino } = logger()
    await bench.start([controllerFor(ConfigMap).reconcile((_request, { log }) => log.info('seen', { colour: 'red' }))], {
      log: managerLog(pino),
    })
    await bench.put('a/one')
    const line = { level: 'info', controller: 'configmap', key: 'a/one', run: bench.runs[0]!.id, colour: 'red', msg: 'seen' }
    expect(lines).toEqual([{ ...line, time: expect.any(String) }])
  })

  test('asks for the logger with the first line of a level that is written, and adds the fields', () => {
    const { lines, pino } = logger()
    let asked = 0
    const make = () => {
      asked++
      return pino
    }
    const log = managerLog(make, ['warn', 'error'])({ controller: 'task' })
    log.info('quiet')
    expect({ asked, lines }).toEqual({ asked: 0, lines: [] })
    log.error('loud', { key: 'a' })
    log.error('again')
    expect([asked, lines[0]]).toMatchObject([1, { level: 'error', controller: 'task', key: 'a', msg: 'loud' }])
  })
})
