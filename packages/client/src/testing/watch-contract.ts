import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod } from '@kubetape/api/kinds'
import {
  compareResourceVersions,
  INITIAL_EVENTS_END,
  isExpired,
  isStatusError,
  type KubeObject,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { WatchOptions } from '../client.ts'
import type { ContractOptions } from './client-contract.ts'
import type { Scene, Watching } from './contract-scene.ts'

/** Time enough for a watch that lives for seconds of the server's time. */
const TIMED_TEST_MS = 30_000
const TIMED_WATCH_PATIENCE_MS = 10_000

/** What `watch` promises. */
export function watchContract(scene: () => Scene, { timedWatches = true, initialEvents = true }: ContractOptions): void {
  eventContract(scene)
  startContract(scene)
  endContract(scene)
  if (initialEvents) initialEventsContract(scene)
  if (timedWatches) timedContract(scene)
}

const versionsOf = (events: readonly WatchEvent[]): string[] =>
  events.map(({ object }) => (object as KubeObject).metadata?.resourceVersion ?? '')

/** A watch from the state that a list shows now, as informers do it. */
async function watchFromNow(scene: Scene, options: WatchOptions = {}): Promise<Watching<KubeObject>> {
  const { client, namespace } = scene
  const { metadata } = await client.list(ConfigMap, { namespace })
  return scene.watch<KubeObject>(client.watch(ConfigMap, { namespace, resourceVersion: metadata.resourceVersion!, ...options }))
}

function eventContract(scene: () => Scene): void {
  describe('watch()', () => {
    test('delivers whole objects in the order of their changes', async () => {
      const watching = await watchFromNow(scene())
      await scene().create('a', { n: '1' })
      await scene().create('b')
      const last = await scene().merge('a', { data: { n: '2' } })
      await scene().client.delete(ConfigMap, scene().named('a'))
      await watching.until(4)
      expect(watching.brief).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED a'])
      const events = watching.events.filter(({ object }) => (object as KubeObject).metadata?.name !== 'kube-root-ca.crt')
      expect(events[2]!.object).toEqual(last)
      for (const { object } of events) expect(object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
      const versions = versionsOf(events)
      for (let at = 1; at < versions.length; at++) expect(compareResourceVersions(versions[at]!, versions[at - 1]!)).toBeGreaterThan(0)
    })

    test('says nothing of writes that changed nothing', async () => {
      await scene().create('a', { n: '1' })
      const watching = await watchFromNow(scene())
      await scene().merge('a', { data: { n: '1' } })
      await scene().merge('a', { data: { n: '2' } })
      await watching.until(1)
      expect(watching.brief).toEqual(['MODIFIED a'])
    })

    test('shows a held object as MODIFIED when it is deleted, and as DELETED when it is let go', async () => {
      await scene().create('a', {}, { finalizers: ['example.com/hold'] })
      const watching = await watchFromNow(scene())
      await scene().client.delete(ConfigMap, scene().named('a'))
      await scene().merge('a', { metadata: { finalizers: null } })
      await watching.until(2)
      expect(watching.brief).toEqual(['MODIFIED a', 'DELETED a'])
    })

    test('shows objects that come to match a selector as ADDED, and as DELETED when they cease to', async () => {
      const watching = await watchFromNow(scene(), { labelSelector: 'colour=red' })
      await scene().create('a')
      await scene().merge('a', { metadata: { labels: { colour: 'red' } } })
      await scene().merge('a', { data: { n: '1' } })
      await scene().merge('a', { metadata: { labels: { colour: 'blue' } } })
      await scene().merge('a', { data: { n: '2' } })
      await scene().create('z', {}, { labels: { colour: 'red' } })
      await watching.until(4)
      expect(watching.brief).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED z'])
    })

    test('selects by fields', async () => {
      const watching = await watchFromNow(scene(), { fieldSelector: 'metadata.name=b' })
      await scene().create('a')
      await scene().create('b')
      await watching.until(1)
      expect(watching.brief).toEqual(['ADDED b'])
    })

    test('is one request for each subscription', async () => {
      await scene().create('a')
      const events = scene().client.watch(ConfigMap, { namespace: scene().namespace })
      const first = scene().watch(events)
      await first.until(1)
      await scene().create('b')
      const second = scene().watch(events)
      await second.until(2)
      await first.until(2)
      expect(first.brief).toEqual(['ADDED a', 'ADDED b'])
      expect(second.brief).toEqual(['ADDED a', 'ADDED b'])
    })
  })
}

function startContract(scene: () => Scene): void {
  describe('watch() starts', () => {
    test('with what is there when it has no resourceVersion', async () => {
      await scene().create('b')
      await scene().create('a')
      const watching = scene().watch(scene().client.watch(ConfigMap, { namespace: scene().namespace }))
      await watching.until(2)
      await scene().create('c')
      await watching.until(3)
      expect(watching.brief.slice(0, 2).toSorted()).toEqual(['ADDED a', 'ADDED b'])
      expect(watching.brief[2]).toBe('ADDED c')
    })

    test('right after a resourceVersion, also when that is past', async () => {
      const { client, namespace } = scene()
      const made = await scene().create('a', { n: '1' })
      await scene().merge('a', { data: { n: '2' } })
      await scene().create('b')
      const watching = scene().watch(client.watch(ConfigMap, { namespace, resourceVersion: made.metadata.resourceVersion! }))
      await watching.until(2)
      await client.delete(ConfigMap, scene().named('b'))
      await watching.until(3)
      expect(watching.brief).toEqual(['MODIFIED a', 'ADDED b', 'DELETED b'])
    })

    test('in all namespaces when none is given', async () => {
      const watching = scene().watch(scene().client.watch(Pod, { labelSelector: `of=${scene().namespace}` }))
      await scene().createPod('p', { metadata: { labels: { of: scene().namespace } } })
      await watching.until(1)
      expect(watching.brief).toEqual(['ADDED p'])
    })
  })
}

function endContract(scene: () => Scene): void {
  describe('watch() ends', () => {
    test('with 410 when its resourceVersion is too old', async () => {
      const resourceVersion = await scene().tooOldVersion()
      const watching = scene().watch(scene().client.watch(ConfigMap, { namespace: scene().namespace, resourceVersion }))
      await watching.untilEnd()
      expect(watching.events).toEqual([])
      expect(isExpired(watching.error)).toBe(true)
      expect(watching.error).toMatchObject({ httpCode: 410, message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) })
    })

    test('with the Status of a request that is refused', async () => {
      const watching = scene().watch(scene().client.watch(ConfigMap, { namespace: scene().namespace, labelSelector: '==' }))
      await watching.untilEnd()
      expect(isStatusError(watching.error, 'BadRequest')).toBe(true)
    })

    test('with the reason of its signal', async () => {
      const stop = new AbortController()
      const watching = scene().watch(scene().client.watch(ConfigMap, { namespace: scene().namespace, signal: stop.signal }))
      await scene().create('a')
      await watching.until(1)
      stop.abort(new Error('no more'))
      await watching.untilEnd()
      expect(watching.error).toEqual(new Error('no more'))
      await scene().create('b')
      expect(watching.brief).toEqual(['ADDED a'])
    })

    test('when its subscriber leaves, and the client goes on', async () => {
      const watching = await watchFromNow(scene())
      await scene().create('a')
      await watching.until(1)
      watching.stop()
      await scene().create('b')
      expect(await scene().names()).toEqual(['a', 'b'])
      expect(watching.brief).toEqual(['ADDED a'])
    })
  })
}

function initialEventsContract(scene: () => Scene): void {
  test('watch() with sendInitialEvents delivers what is there, then a bookmark that says so', async () => {
    await scene().create('a')
    const options: WatchOptions = {
      namespace: scene().namespace,
      labelSelector: '!none',
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      resourceVersionMatch: 'NotOlderThan',
    }
    const watching = scene().watch<KubeObject>(scene().client.watch(ConfigMap, options))
    await scene().eventually(
      () => watching.events.some(({ type }) => type === 'BOOKMARK') || watching.ended !== 'no',
      () => 'no bookmark comes',
    )
    expect(watching.brief).toEqual(['ADDED a'])
    expect(watching.events.at(-1)).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: expect.stringMatching(/^[1-9]\d*$/), annotations: { [INITIAL_EVENTS_END]: 'true' } },
      },
    })
    await scene().create('b')
    await watching.until(2)
    expect(watching.brief).toEqual(['ADDED a', 'ADDED b'])
  })
}

function timedContract(scene: () => Scene): void {
  describe('watch() with timeoutSeconds', () => {
    test(
      'completes after that time, without a bookmark that nobody asked for',
      async () => {
        const watching = await watchFromNow(scene(), { timeoutSeconds: 1 })
        await scene().create('a')
        await watching.untilEnd(TIMED_WATCH_PATIENCE_MS)
        expect(watching.ended).toBe('completed')
        expect(watching.events.map(({ type }) => type)).not.toContain('BOOKMARK')
        expect(watching.brief).toEqual(['ADDED a'])
      },
      TIMED_TEST_MS,
    )

    test(
      'bookmarks the newest resourceVersion before its end when asked to',
      async () => {
        const watching = await watchFromNow(scene(), { timeoutSeconds: 4, allowWatchBookmarks: true })
        const { metadata } = await scene().create('a')
        await watching.untilEnd(TIMED_WATCH_PATIENCE_MS)
        expect(watching.ended).toBe('completed')
        const bookmark = watching.events.findLast(({ type }) => type === 'BOOKMARK')
        expect(bookmark).toMatchObject({ object: { kind: 'ConfigMap', apiVersion: 'v1' } })
        expect(compareResourceVersions(versionsOf([bookmark!])[0]!, metadata.resourceVersion!)).toBeGreaterThanOrEqual(0)
      },
      TIMED_TEST_MS,
    )
  })
}
