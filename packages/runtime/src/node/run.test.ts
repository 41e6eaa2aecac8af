import { EventEmitter } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Lease } from '@kubetape/api/kinds'
import { controllerFor } from '../controller.ts'
import type { StructuredLogger } from '../manager-log.ts'
import { managerBench } from '../testing/manager-bench.ts'
import { run, type RunOptions } from './run.ts'

const parts = managerBench()

class FakeProcess extends EventEmitter {
  readonly exits: number[] = []

  exit(code: number): void {
    this.exits.push(code)
  }
}

const lines: string[] = []
const logger: StructuredLogger = {
  child: () => logger,
  debug: () => undefined,
  info: (_fields, message) => void lines.push(message),
  warn: (_fields, message) => void lines.push(message),
  error: (_fields, message) => void lines.push(message),
}

function program(options: RunOptions = {}) {
  const { api, clock } = parts()
  const process = new FakeProcess()
  const seen: string[] = []
  const controller = controllerFor(ConfigMap).reconcile(({ name }, { log }) => {
    seen.push(name)
    log.info(`saw ${name}`)
  })
  lines.length = 0
  const ended = run(controller, { client: api, clock, process, logger, gates: { enabled: () => false }, ...options })
  return { api, clock, process, seen, ended }
}

describe('run()', () => {
  test('runs a controller until a signal comes, then closes what it was given in this order', async () => {
    const closed: string[] = []
    const close = ['tape', 'plane'].map((name) => ({ close: () => void closed.push(name) }))
    const { clock, process, seen, ended } = program({ close })
    await parts().put('a/one')
    await clock.advance(100)
    expect([seen, lines, closed]).toEqual([['one'], ['starting', 'saw one'], []])
    process.emit('SIGTERM')
    await clock.advance(100)
    await ended
    expect([closed, process.exits, process.listenerCount('SIGTERM'), clock.pendingTimers]).toEqual([['tape', 'plane'], [], 0, 0])
  })

  test('acts only as leader, and gives the Lease up at the end', async () => {
    const { api, clock, process, seen, ended } = program({ leaderElection: { id: 'app', namespace: 'ns' } })
    await parts().put('a/one')
    await clock.advance(1000)
    const lease = async (): Promise<unknown> => (await api.get(Lease, { namespace: 'ns', name: 'app' })).spec?.holderIdentity
    expect([seen, await lease()]).toEqual([['one'], expect.stringMatching(/_[0-9a-f-]{36}$/)])
    process.emit('SIGINT')
    await clock.advance(100)
    await ended
    expect(await lease()).toBe('')
  })

  test.each<[string, RunOptions, RegExp]>([
    ['an address is none', { metricsBindAddress: 'here' }, /^Cannot listen at "here"/],
    ['nobody says where the Lease is', { leaderElection: { id: 'app' } }, /^Cannot elect a leader: no namespace is given/],
  ])('rejects when %s, with everything closed', async (_when, options, message) => {
    let isClosed = false
    const { ended } = program({ ...options, close: [{ close: () => void (isClosed = true) }] })
    await expect(ended).rejects.toThrow(message)
    expect(isClosed).toBe(true)
  })
})
