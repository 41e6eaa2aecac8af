import { EventEmitter } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Lease } from '@kubetape/api/kinds'
import { controllerFor } from '../controller.ts'
import { managerBench } from '../testing/manager-bench.ts'
import { runUntilSignal, type SignalOptions } from './run-until-signal.ts'

const parts = managerBench()

class FakeProcess extends EventEmitter {
  readonly exits: number[] = []

  exit(code: number): void {
    this.exits.push(code)
  }
}

function run(reconcile: () => Promise<void> | void, options: SignalOptions & { election?: boolean } = {}) {
  const bench = parts()
  const process = new FakeProcess()
  const leaderElection = { id: 'app', namespace: 'ns', identity: 'me', releaseOnCancel: true }
  const manager = bench.make([controllerFor(ConfigMap).reconcile(reconcile)], options.election ? { leaderElection } : {})
  const told: string[] = []
  const log = { info: (text: string) => told.push(text), error: (text: string) => told.push(text) }
  const ended = runUntilSignal(manager, { clock: bench.clock, process, log, ...options })
  return { bench, process, manager, told, ended }
}

describe('runUntilSignal()', () => {
  test('lets runs under way finish when a signal comes, then closes what it was given', async () => {
    let finish: () => void = () => undefined
    const order: string[] = []
    const reconcile = async (): Promise<void> => {
      await new Promise<void>((resolve) => (finish = resolve))
      order.push('run')
    }
    const { bench, process, told, ended } = run(reconcile, { close: [{ close: () => void order.push('closed') }] })
    await bench.put('a/one')
    process.emit('SIGTERM')
    await bench.clock.advance(1000)
    expect([told, order]).toEqual([['stopping, since a signal came'], []])
    finish()
    await bench.clock.advance(0)
    await ended
    expect([order, process.exits, process.listenerCount('SIGTERM'), bench.clock.pendingTimers]).toEqual([['run', 'closed'], [], 0, 0])
  })

  test.each([
    ['after thirty seconds, although a launcher passed the signal on', 1000, []],
    ['at once when a second signal comes later', 1001, [1]],
  ])('exits %s', async (_when, secondMs, atOnce) => {
    const { clock } = parts()
    const process = new FakeProcess()
    const hanging = () => new Promise<void>(() => undefined)
    void runUntilSignal({ start: () => Promise.resolve(), stop: hanging, done: hanging() }, { clock, process })
    process.emit('SIGTERM')
    await clock.advance(secondMs)
    process.emit('SIGINT')
    await clock.advance(29_999 - secondMs)
    expect(process.exits).toEqual(atOnce)
    await clock.advance(1)
    expect(process.exits).toEqual([...atOnce, 1])
  })

  test('heeds a signal while it waits for leadership, and gives the Lease up when it led', async () => {
    const bench = parts()
    await bench.api.create(Lease, {
      metadata: { namespace: 'ns', name: 'app' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
    })
    const waiting = run(() => undefined, { election: true })
    await bench.clock.advance(1000)
    waiting.process.emit('SIGINT')
    await bench.clock.advance(0)
    await waiting.ended
    expect(bench.api.peek(Lease, 'ns/app')).toMatchObject({ spec: { holderIdentity: 'other' } })
  })

  test('rejects when the Lease is lost, after everything was closed', async () => {
    let closed = false
    const { bench, ended } = run(() => undefined, { election: true, close: [{ close: () => void (closed = true) }] })
    await bench.clock.advance(0)
    await bench.api.patch(Lease, { namespace: 'ns', name: 'app' }, { type: 'merge', body: { spec: { holderIdentity: 'other' } } })
    const failed = expect(ended).rejects.toMatchObject({ code: 'LEADER_ELECTION_LOST' })
    await bench.clock.advance(3000)
    await failed
    expect(closed).toBe(true)
  })

  test('closes everything although the manager and one of them cannot be stopped, and says what went wrong', async () => {
    const { clock } = parts()
    const process = new FakeProcess()
    const closed: string[] = []
    const failing = (what: string) => () => Promise.reject(new Error(what))
    const manager = { start: failing('no start'), stop: failing('no stop'), done: new Promise<void>(() => undefined) }
    const close = [{ close: failing('no close') }, { close: () => void closed.push('tape') }]
    const messages = (error: unknown): string[] =>
      error instanceof SuppressedError ? [error.error, error.suppressed].flatMap(messages) : [(error as Error).message]
    const failed: unknown = await runUntilSignal(manager, { clock, process, close }).catch((error: unknown) => error)
    expect(messages(failed)).toEqual(['no close', 'no stop', 'no start'])
    expect([closed, clock.pendingTimers, process.listenerCount('SIGTERM')]).toEqual([['tape'], 0, 0])
  })
})
