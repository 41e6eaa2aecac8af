import { beforeEach, describe, expect, test } from '@jest/globals'
import { gone, type KubeObject } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Informer, type InformerOptions } from './informer.ts'
import { POD, pod } from './testing/pods.ts'
import { ScriptedClient } from './testing/scripted-client.ts'

let clock: VirtualClock
let server: ScriptedClient

beforeEach(() => {
  clock = new VirtualClock()
  server = new ScriptedClient()
})

function made(options: Partial<InformerOptions<KubeObject>> = {}): { informer: Informer; seen: string[] } {
  const informer = new Informer(server.client, POD, { clock, random: { nextUint32: () => 0 }, gates: { enabled: () => false }, ...options })
  const seen: string[] = []
  informer.changes.subscribe(({ type, object, initial }) =>
    seen.push(`${type} ${object.metadata!.name}@${object.metadata!.resourceVersion}${initial ? ' initial' : ''}`),
  )
  return { informer, seen }
}

describe('Informer', () => {
  test('fills its store, then is synced, then follows', async () => {
    const { informer, seen } = made()
    let synced: string[] | undefined
    void informer.synced.then(() => (synced = [...seen]))
    informer.start()
    informer.start()
    expect(server.lists).toHaveLength(1)
    await clock.advance(100)
    expect([informer.hasSynced, synced]).toEqual([false, undefined])
    server.lastList.answer([pod('one', 1), pod('two', 2)], '5')
    await clock.advance(0)
    expect(informer.hasSynced).toBe(true)
    expect(synced).toEqual(['added one@1 initial', 'added two@2 initial'])
    server.lastWatch.send('MODIFIED', pod('one', 6))
    server.lastWatch.send('DELETED', pod('two', 7))
    expect(seen.slice(2)).toEqual(['updated one@6', 'deleted two@7'])
    expect(informer.store.list().map(({ metadata }) => metadata!.name)).toEqual(['one'])
    informer.stop()
  })

  test('is synced when the first listing is there, whatever failed before', async () => {
    const interruptions: [string, number][] = []
    const { informer } = made({ onInterrupted: (error, retryMs) => interruptions.push([String(error), retryMs]) })
    informer.start()
    server.lastList.fail(new Error('not yet'))
    await clock.advance(800)
    expect(informer.hasSynced).toBe(false)
    server.lastList.answer([], '5')
    await informer.synced
    expect(interruptions).toEqual([['Error: not yet', 800]])
    informer.stop()
  })

  test('tells after a 410 what changed and what went meanwhile, with one replacement', async () => {
    const { informer, seen } = made()
    informer.start()
    server.lastList.answer([pod('one', 1), pod('two', 2), pod('three', 3, {}, 'first')], '5')
    await clock.advance(0)
    seen.length = 0
    server.lastWatch.fail(gone('too old'))
    await clock.advance(800)
    expect(informer.store.size).toBe(3)
    server.lastList.answer([pod('one', 8), pod('three', 9, {}, 'second')], '10')
    await clock.advance(0)
    expect(seen).toEqual(['updated one@8', 'deleted three@3', 'added three@9', 'deleted two@2'])
    expect(informer.store.resourceVersion).toBe('10')
    informer.stop()
  })

  test('serves several subscribers from one watch, each in order; one that comes later hears what comes later', async () => {
    const { informer, seen } = made()
    const second: string[] = []
    informer.changes.subscribe(({ object }) => second.push(object.metadata!.name!))
    informer.start()
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    const late: string[] = []
    const subscription = informer.changes.subscribe(({ object }) => late.push(object.metadata!.name!))
    server.lastWatch.send('ADDED', pod('two', 6))
    subscription.unsubscribe()
    server.lastWatch.send('ADDED', pod('three', 7))
    expect([seen.length, second, late]).toEqual([3, ['one', 'two', 'three'], ['two']])
    expect([server.lists.length, server.watches.length]).toEqual([1, 1])
    informer.stop()
  })

  test('keeps the indexes it is given', async () => {
    const { informer } = made({ indexes: { node: ({ metadata }) => [metadata?.labels?.['node'] ?? ''] } })
    informer.start()
    server.lastList.answer([pod('one', 1, { node: 'n1' }), pod('two', 2, { node: 'n2' })], '5')
    await clock.advance(0)
    server.lastWatch.send('MODIFIED', pod('one', 6, { node: 'n2' }))
    expect(informer.store.byIndex('node', 'n2').map(({ metadata }) => metadata!.name)).toEqual(['one', 'two'])
    expect(informer.store.byIndex('node', 'n1')).toEqual([])
    informer.stop()
  })

  test('shows own writes before the watch delivers them, and tells of them when it does', async () => {
    const { informer, seen } = made()
    informer.start()
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    seen.length = 0
    informer.wrote(pod('one', 7))
    informer.wrote(pod('one', 8), true)
    informer.wrote(pod('two', 9))
    expect(seen).toEqual([])
    expect(informer.store.list().map(({ metadata }) => metadata!.name)).toEqual(['two'])
    server.lastWatch.send('MODIFIED', pod('one', 7))
    server.lastWatch.send('DELETED', pod('one', 8))
    server.lastWatch.send('ADDED', pod('two', 9))
    expect(seen).toEqual(['updated one@7', 'deleted one@8', 'added two@9'])
    expect(informer.store.pendingWrites()).toEqual([])
    informer.stop()
  })

  test('with the mutation detector freezes everything it hands out', async () => {
    const { informer } = made({ mutationDetector: true })
    const changed: KubeObject[] = []
    informer.changes.subscribe(({ object }) => changed.push(object))
    informer.start()
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    server.lastWatch.send('MODIFIED', pod('one', 6))
    server.lastWatch.send('DELETED', pod('one', 7))
    informer.wrote(pod('two', 8))
    for (const object of [...changed, informer.store.get('a/two')!]) expect(() => (object.metadata!.labels!['x'] = 'y')).toThrow(TypeError)
    expect(changed).toHaveLength(3)
    informer.stop()
  })

  test('`stop()` leaves no timer and no request, ends `changes` and keeps the store', async () => {
    const { informer, seen } = made()
    let completed = false
    informer.changes.subscribe({ complete: () => (completed = true) })
    informer.start()
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    informer.stop()
    informer.stop()
    informer.start()
    expect([server.lastWatch.closed, completed, clock.pendingTimers, server.lists.length, informer.store.size]).toEqual([
      true,
      true,
      0,
      1,
      1,
    ])
    server.lastWatch.send('ADDED', pod('two', 6))
    expect(seen).toHaveLength(1)
  })

  test('`stop()` before `start()` leaves nothing to start', () => {
    const { informer } = made()
    informer.stop()
    informer.start()
    expect(server.lists).toHaveLength(0)
  })
})
