import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { Subject } from 'rxjs'
import { reflect } from './reflector.ts'
import { createStore } from './store.ts'
import { pod } from './testing/pods.ts'
import type { WatcherEvent } from './watcher-event.ts'

function reflected() {
  const events = new Subject<WatcherEvent>()
  const { store, writer } = createStore<KubeObject>()
  const seen: string[] = []
  const names = (): string =>
    store
      .list()
      .map(({ metadata }) => `${metadata!.name}@${metadata!.resourceVersion}`)
      .join(' ')
  const subscription = reflect(events, writer, () => seen.push('listed')).subscribe({
    next: ({ type, object }) => seen.push(`${type} ${object.metadata!.name}: ${names()}`),
    error: (error) => seen.push(String(error)),
    complete: () => seen.push('complete'),
  })
  return { events, store, seen, names, subscription }
}

describe('reflect()', () => {
  test('puts a listing into the store at once when it is complete, before it tells of any change', () => {
    const { events, seen, names, store } = reflected()
    events.next({ type: 'listing' })
    events.next({ type: 'item', object: pod('one', 1) })
    events.next({ type: 'item', object: pod('two', 2) })
    expect([names(), seen]).toEqual(['', []])
    events.next({ type: 'listed', resourceVersion: '5' })
    expect(seen).toEqual(['added one: one@1 two@2', 'added two: one@1 two@2', 'listed'])
    expect(store.resourceVersion).toBe('5')
  })

  test('keeps showing what it had until a new listing is complete, and tells what went meanwhile', () => {
    const { events, seen, names } = reflected()
    events.next({ type: 'listing' })
    events.next({ type: 'item', object: pod('one', 1) })
    events.next({ type: 'listed', resourceVersion: '5' })
    seen.length = 0
    events.next({ type: 'listing' })
    events.next({ type: 'item', object: pod('two', 7) })
    events.next({ type: 'interrupted', error: new Error('broken'), retryMs: 800 })
    events.next({ type: 'listing' })
    events.next({ type: 'item', object: pod('three', 8) })
    expect(names()).toBe('one@1')
    events.next({ type: 'listed', resourceVersion: '9' })
    expect(seen).toEqual(['added three: three@8', 'deleted one: three@8', 'listed'])
  })

  test('leaves out of a streamed listing what was deleted before its end, and lists the newest version of what changed', () => {
    const { events, seen } = reflected()
    events.next({ type: 'listing' })
    for (const object of [pod('one', 1), pod('two', 2), pod('one', 3)]) events.next({ type: 'item', object })
    events.next({ type: 'deleted', object: pod('two', 4) })
    events.next({ type: 'listed', resourceVersion: '5' })
    expect(seen).toEqual(['added one: one@3', 'listed'])
  })

  test('passes changes on after the store shows them', () => {
    const { events, seen, store } = reflected()
    events.next({ type: 'listing' })
    events.next({ type: 'listed', resourceVersion: '5' })
    events.next({ type: 'applied', object: pod('one', 6) })
    events.next({ type: 'applied', object: pod('one', 7) })
    events.next({ type: 'bookmark', resourceVersion: '8' })
    expect(store.resourceVersion).toBe('8')
    events.next({ type: 'deleted', object: pod('one', 9) })
    events.next({ type: 'deleted', object: pod('never', 10) })
    expect(seen).toEqual(['listed', 'added one: one@6', 'updated one: one@7', 'deleted one: '])
  })

  test('ends as its source ends, and lets go of it when nobody listens', () => {
    const ended = reflected()
    ended.events.complete()
    expect(ended.seen).toEqual(['complete'])
    const failed = reflected()
    failed.events.error(new Error('bug'))
    expect(failed.seen).toEqual(['Error: bug'])
    const left = reflected()
    left.subscription.unsubscribe()
    expect(left.events.observed).toBe(false)
  })
})
