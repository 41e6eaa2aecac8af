import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { encodeObject, StoredObject, typeHead } from './stored-object.ts'
import { eachLog, isOn, PODS } from './testing/storage-bench.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('encodeObject()', () => {
  test('keeps no memory but its own alive', () => {
    const bytes = encodeObject({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'ä' } })
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
  })

  test('puts kind and apiVersion first, so that the type can be cut off', () => {
    const bytes = Buffer.from(encodeObject({ metadata: { name: 'ä' }, apiVersion: 'v1', spec: {}, kind: 'Pod' }))
    expect(bytes.toString()).toBe('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"ä"},"spec":{}}')
    expect(bytes.subarray(0, typeHead('Pod', 'v1').byteLength)).toEqual(typeHead('Pod', 'v1'))
  })
})

describe('StoredObject', () => {
  const bytes = Buffer.from('{"kind":"Pod","metadata":{"name":"one"}}')

  test('`object` is parsed once and frozen', () => {
    const stored = new StoredObject('a', 'one', 1, bytes)
    expect(stored.object).toBe(stored.object)
    expect(Object.isFrozen(stored.object.metadata)).toBe(true)
  })

  test('`glance()` keeps nothing of what it parses, and gives what is at hand', () => {
    const stored = new StoredObject('a', 'one', 1, bytes)
    expect(stored.glance()).toEqual({ kind: 'Pod', metadata: { name: 'one' } })
    expect(stored.glance()).not.toBe(stored.glance())
    expect(stored.object).toBe(stored.glance())
  })

  test('`object` reads bytes that are no Buffer', () => {
    const padded = new Uint8Array([0, ...bytes, 0]).subarray(1, bytes.byteLength + 1)
    expect(new StoredObject('a', 'one', 1, padded).object).toEqual({ kind: 'Pod', metadata: { name: 'one' } })
  })

  test('`supersede()` lets go of parsed form and frame for good, but the object can still be read', () => {
    const stored = new StoredObject('a', 'one', 1, bytes)
    const before = stored.object
    stored.frame = { type: 'ADDED', bytes }
    stored.supersede()
    stored.frame = { type: 'ADDED', bytes }
    expect(stored.frame).toBeUndefined()
    expect(stored.object).toEqual(before)
  })
})

/** Ends the current task, as WeakRefs keep alive what was read in it, and collects garbage. */
async function collect(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  port2.postMessage(undefined)
  await once(port1, 'message')
  port1.close()
  collectGarbage()
}

eachLog((open) => {
  describe('the watch window', () => {
    test('keeps no parsed object and no frame of what was replaced or deleted, not even after a watch resumed over it', async () => {
      const bench = open(new VirtualClock())
      const parsed: WeakRef<KubeObject>[] = []
      const frames: boolean[] = []
      const versions: StoredObject[] = []
      const stop = bench.storage.watch(PODS, { since: 0, matches: isOn }, ({ object }) => {
        object.frame = { type: 'ADDED', bytes: object.bytes }
        frames.push(object.frame !== undefined)
        parsed.push(new WeakRef(object.object))
        versions.push(object)
      })
      for (const labels of [{ state: 'on' }, { state: 'on' }, {}, { state: 'on' }]) await bench.put('a/one', labels)
      await bench.remove('a/one')
      await bench.put('a/two', { state: 'on' })
      stop()
      expect(frames).toEqual([true, true, true, true, true, true])
      // The third is the state that left the selector: it is no version of its own and nobody keeps it.
      expect(versions.map(({ frame }) => frame !== undefined)).toEqual([false, false, true, false, false, true])
      versions.length = 0
      bench.storage.watch(PODS, { since: 0, matches: isOn }, ({ object }) => parsed.push(new WeakRef(object.object)))()
      await collect()
      const alive = parsed.map((one) => one.deref()?.metadata?.name).filter((name) => name !== undefined)
      expect(alive).toEqual(['two', 'two'])
      await bench.close()
    })
  })
})
