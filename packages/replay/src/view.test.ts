import { beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog, Operation } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { keyWithinResource, resourcePrefix } from '@kubetape/storage'
import { NotOnTape, View } from './view.ts'

const KIND = ConfigMap as unknown as Kind
let log: EventLog
let view: View

async function put(name: string, n: string, operation: Operation): Promise<void> {
  const key = resourcePrefix(KIND) + keyWithinResource('default', name)
  const live = log.latest(key)
  const encode = (revision: number): Uint8Array =>
    Buffer.from(JSON.stringify({ metadata: { namespace: 'default', name, resourceVersion: String(revision) }, data: { n } }))
  const expect = live === undefined || live.operation === 'delete' ? 0 : live.revision
  const appended = log.append({ entries: [{ key, operation, expect, encode }] })
  await log.flush()
  await appended
}

const shown = (): Record<string, unknown> =>
  Object.fromEntries(view.store.list().map((object) => [object.metadata?.name ?? '', (object as { data?: { n: string } }).data?.n]))

beforeEach(async () => {
  log = createMemoryLog({ clock: new VirtualClock() })
  await put('a', '1', 'create')
  await put('b', '1', 'create')
  await put('a', '2', 'update')
  await put('b', '1', 'delete')
  await put('c', '1', 'create')
  view = new View(log, KIND, {})
})

describe('View', () => {
  test('`moveTo()` shows each revision, forwards and backwards', () => {
    const states = [{}, { a: '1' }, { a: '1', b: '1' }, { a: '2', b: '1' }, { a: '2' }, { a: '2', c: '1' }]
    for (const revision of [0, 1, 2, 3, 4, 5, 3, 1, 4, 2, 5, 0]) {
      view.moveTo(revision)
      expect(shown()).toEqual(states[revision])
    }
  })

  test('`showEntry()` shows an own write until the view has passed it, a deletion too', () => {
    view.moveTo(2)
    view.showEntry(log.entry(3)!)
    view.showEntry(log.entry(4)!)
    expect(shown()).toEqual({ a: '2' })
    view.moveTo(1)
    expect(shown()).toEqual({ a: '2' })
    view.clearOwnWrites()
    expect(shown()).toEqual({ a: '1' })
  })

  test('`store` refuses to show what was erased, and nothing else', () => {
    log.erase([1])
    view.moveTo(2)
    expect(() => view.store.get('default/a')).toThrow(NotOnTape)
    expect(() => view.store.list()).toThrow('it read configmaps "default/a" at 2, a version that was erased')
    expect(view.store.get('default/b')).toBeDefined()
    view.moveTo(3)
    expect(shown()).toEqual({ a: '2', b: '1' })
  })

  test('`moveTo()` refuses what was compacted', () => {
    log.compact(4)
    expect(() => view.moveTo(3)).toThrow(NotOnTape)
    view.moveTo(5)
    expect(shown()).toEqual({ a: '2', c: '1' })
  })
})
