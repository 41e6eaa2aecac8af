import { describe, expect, test } from '@jest/globals'
import { failure, gone, type KubeObject } from '@kubetape/apimachinery'
import { AtomicFIFO, clientFeatures, InformerResourceVersion, InOrderInformers, WatchListClient } from '@kubetape/client-go-features'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Informer, type InformerOptions } from './informer.ts'
import { POD, pod } from './testing/pods.ts'
import { ScriptedClient } from './testing/scripted-client.ts'

// Each client feature and what an informer does by it: both sides of those that fork, the one side of those that are locked.

function made(on: readonly string[], options: Partial<InformerOptions<KubeObject>> = {}) {
  const clock = new VirtualClock()
  const server = new ScriptedClient()
  const features = new Set(on)
  const gates = { enabled: (feature: string) => features.has(feature) }
  const informer = new Informer(server.client, POD, { clock, random: { nextUint32: () => 0 }, gates, ...options })
  const names = (): string[] => informer.store.list().map(({ metadata }) => `${metadata!.name}@${metadata!.resourceVersion}`)
  const seen: string[] = []
  informer.changes.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata!.name}: ${names().join(' ')}`))
  informer.start()
  return { clock, server, informer, features, seen }
}

describe(WatchListClient, () => {
  test('off: the first state is a list in pages, then a watch from there', async () => {
    const { clock, server, informer } = made([])
    expect([server.lists.length, server.watches.length]).toEqual([1, 0])
    expect(server.lastList.options).toMatchObject({ limit: 500 })
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    expect(server.lastWatch.options).toMatchObject({ resourceVersion: '5' })
    expect(server.lastWatch.options).not.toHaveProperty('sendInitialEvents')
    informer.stop()
  })

  test('on: the first state is streamed, and the same watch goes on', async () => {
    const { server, informer } = made([WatchListClient])
    expect([server.lists.length, server.watches.length]).toEqual([0, 1])
    expect(server.lastWatch.options).toMatchObject({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' })
    server.lastWatch.send('ADDED', pod('one', 1))
    expect([informer.hasSynced, informer.store.size]).toEqual([false, 0])
    server.lastWatch.bookmark('5', true)
    await informer.synced
    server.lastWatch.send('ADDED', pod('two', 6))
    expect([server.watches.length, informer.store.size]).toEqual([1, 2])
    informer.stop()
  })

  test('on, with a server that cannot stream: falls back to the list', async () => {
    const { clock, server, informer } = made([WatchListClient])
    server.lastWatch.fail(failure(422, 'Invalid', 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'))
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    expect(informer.hasSynced).toBe(true)
    await clock.advance(1000)
    expect(server.lastWatch.options.resourceVersion).toBe('5')
    informer.stop()
  })
})

describe(InformerResourceVersion, () => {
  test('off: the informer tells no resourceVersion', async () => {
    const { clock, server, informer } = made([])
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    expect([informer.lastSyncResourceVersion, informer.store.resourceVersion]).toEqual(['', '5'])
    informer.stop()
  })

  test('on: it tells how far it has read, of what it filters out too', async () => {
    const { clock, server, informer } = made([InformerResourceVersion], { labelSelector: 'app=web' })
    expect(informer.lastSyncResourceVersion).toBe('')
    server.lastList.answer([pod('one', 1)], '5')
    await clock.advance(0)
    expect(informer.lastSyncResourceVersion).toBe('5')
    server.lastWatch.send('MODIFIED', pod('one', 6))
    expect(informer.lastSyncResourceVersion).toBe('6')
    server.lastWatch.bookmark('9')
    expect(informer.lastSyncResourceVersion).toBe('9')
    informer.stop()
    expect(informer.lastSyncResourceVersion).toBe('9')
  })

  test('is asked anew each time', async () => {
    const { clock, server, informer, features } = made([])
    server.lastList.answer([], '5')
    await clock.advance(0)
    features.add(InformerResourceVersion)
    expect(informer.lastSyncResourceVersion).toBe('5')
    informer.stop()
  })
})

describe('features of later releases', () => {
  test(`${InOrderInformers}: events of different objects come in the order of the watch`, async () => {
    const { clock, server, informer, seen } = made([])
    server.lastList.answer([pod('one', 1), pod('two', 2)], '5')
    await clock.advance(0)
    seen.length = 0
    server.lastWatch.send('MODIFIED', pod('two', 6))
    server.lastWatch.send('MODIFIED', pod('one', 7))
    server.lastWatch.send('MODIFIED', pod('two', 8))
    expect(seen).toEqual(['updated two: one@1 two@6', 'updated one: one@7 two@6', 'updated two: one@7 two@8'])
    informer.stop()
  })

  test(`${AtomicFIFO}: a new list takes effect at once, before anybody hears of a part of it`, async () => {
    const { clock, server, informer, seen } = made([])
    server.lastList.answer([pod('one', 1), pod('two', 2)], '5')
    await clock.advance(0)
    server.lastWatch.fail(gone('too old'))
    await clock.advance(800)
    seen.length = 0
    server.lastList.answer([pod('one', 8), pod('three', 9)], '10')
    await clock.advance(0)
    const after = 'one@8 three@9'
    expect(seen).toEqual([`updated one: ${after}`, `added three: ${after}`, `deleted two: ${after}`])
    informer.stop()
  })

  test('are locked, because an informer behaves so whatever the gates say', () => {
    for (const feature of [AtomicFIFO, InOrderInformers] as const)
      expect(clientFeatures[feature]).toMatchObject({ default: true, lockToDefault: true })
  })
})
