import { describe, expect, test } from '@jest/globals'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Storage, type StoredObject } from '@kubetape/storage'
import { servedResources } from '../discovery/served-resources.ts'
import { SelectorWarmUp } from './selector-warm-up.ts'
import { builtinResource, type ServedResource } from './served-resource.ts'

const PODS = { group: '', resource: 'pods' }
const COUNT = 100

const served = (): ServedResource[] => servedResources().map(builtinResource)

/** A storage that was opened anew over a log of many Pods. */
async function restarted(clock: VirtualClock): Promise<Storage> {
  const log = createMemoryLog({ clock })
  const before = Storage.open({ log, clock })
  for (let at = 0; at < COUNT; at++) {
    const name = `pod-${at}`
    const metadata = { name, namespace: 'a', labels: { app: 'web' } }
    const committed = before.commit([
      {
        ...PODS,
        namespace: 'a',
        name,
        operation: 'create',
        expect: 0,
        object: { kind: 'Pod', apiVersion: 'v1', metadata, spec: { nodeName: 'n' } },
      },
    ])
    await log.flush()
    await clock.advance(0)
    await committed
  }
  before.close()
  return Storage.open({ log, clock })
}

function pods(storage: Storage): StoredObject[] {
  return [...storage.list(PODS, true, {}).items]
}

describe('SelectorWarmUp', () => {
  test('reads labels and fields of all that was loaded, and nothing at once', async () => {
    const clock = new VirtualClock()
    const storage = await restarted(clock)
    const warmUp = new SelectorWarmUp({ storage, clock, resources: served() })
    warmUp.start()
    expect(pods(storage).filter(({ fields }) => fields !== undefined)).toEqual([])
    await clock.advance(100)
    expect([warmUp.isDone, clock.pendingTimers]).toEqual([true, 0])
    const all = pods(storage)
    expect(all.map(({ fields }) => fields?.['spec.nodeName'])).toEqual(Array(COUNT).fill('n'))
    // Equal ones are one.
    expect(new Set(all.map(({ labels }) => labels)).size).toBe(1)
  })

  test('goes on where it was although objects come and go between its slices', async () => {
    const clock = new SlowClock()
    const storage = await restarted(clock)
    const warmUp = new SelectorWarmUp({ storage, clock, resources: served() })
    clock.stepMs = 10
    warmUp.start()
    while (!warmUp.isDone) {
      await clock.advance(10)
      const first = pods(storage).find(({ fields }) => fields !== undefined)
      if (first === undefined) continue
      const { namespace, name, revision, object } = first
      void storage
        .commit([{ ...PODS, namespace, name, operation: 'delete', expect: revision, object: { ...object } }])
        .catch(() => undefined)
    }
    const left = pods(storage)
    expect(left.length).toBeLessThan(COUNT)
    expect(left.filter(({ fields }) => fields === undefined)).toEqual([])
  })

  test('stops', async () => {
    const clock = new VirtualClock()
    const storage = await restarted(clock)
    const warmUp = new SelectorWarmUp({ storage, clock, resources: served() })
    warmUp.start()()
    await clock.advance(100)
    expect([warmUp.isDone, clock.pendingTimers]).toEqual([false, 0])
  })

  test('has nothing to do where nothing was loaded', () => {
    const clock = new VirtualClock()
    const storage = Storage.open({ log: createMemoryLog({ clock }), clock })
    const warmUp = new SelectorWarmUp({ storage, clock, resources: served() })
    warmUp.start()
    expect([warmUp.isDone, clock.pendingTimers]).toEqual([true, 0])
  })
})

/** Every look at it takes time, so that each slice ends after its first batch. */
class SlowClock extends VirtualClock {
  stepMs = 0
  #looks = 0

  override monotonicMs(): number {
    return super.monotonicMs() + this.stepMs * this.#looks++
  }
}
