import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { gone, type KubeObject, serviceUnavailable, type WatchEvent } from '@kubetape/apimachinery'
import { RequestFailed, type WatchOptions } from '@kubetape/client'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { readJournal } from '@kubetape/journal'
import { objectsAt, recordedKinds } from '@kubetape/replay'
import { Observable, Subject } from 'rxjs'
import { parseCollectionPath } from './collection-path.ts'
import { joinTape } from './shared-tape.ts'
import { WrappedInformer, type WrappedInformerOptions } from './wrapped-informer.ts'

const map = (name: string, resourceVersion: string, namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, resourceVersion, uid: `uid-${name}` },
})

/** A server of which the test says what it answers. */
class Scene {
  readonly clock = new VirtualClock()
  items: KubeObject[] = []
  /** What the next lists fail with. */
  readonly failures: unknown[] = []
  lists = 0
  readonly watches: WatchOptions[] = []
  readonly heard: string[] = []
  events = new Subject<WatchEvent>()

  informer(more: Partial<WrappedInformerOptions> = {}): WrappedInformer<KubeObject & { metadata: never }> {
    const informer = new WrappedInformer<KubeObject & { metadata: never }>({
      client: {
        watch: (_kind, options = {}) =>
          new Observable((subscriber) => {
            this.watches.push(options)
            this.events = new Subject()
            return this.events.subscribe(subscriber as never)
          }),
      },
      collection: parseCollectionPath('/api/v1/configmaps'),
      list: async () => {
        this.lists++
        const failure = this.failures.shift()
        if (failure !== undefined) throw failure as Error
        return { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '10' }, items: this.items }
      },
      name: 'configmaps-informer',
      clock: this.clock,
      random: seededRandom(1),
      ...more,
    })
    for (const verb of ['add', 'update', 'delete'] as const)
      informer.on(verb, ({ metadata }: KubeObject) => void this.heard.push(`${verb} ${metadata?.name ?? ''}`))
    informer.on('connect', () => void this.heard.push('connect'))
    informer.on('error', (error: Error) => void this.heard.push(`error ${error.message}`))
    return informer
  }

  async starts(informer: { start(): Promise<void> }): Promise<void> {
    const starting = informer.start()
    await this.clock.advance(0)
    await starting
  }
}

let scene: Scene
beforeEach(() => {
  scene = new Scene()
})

describe('WrappedInformer', () => {
  test('start() resolves when the first list fails, says why, and the informer goes on by itself', async () => {
    scene.items = [map('one', '5')]
    scene.failures.push(Object.assign(new Error('the server is away'), { code: 503 }))
    const informer = scene.informer()
    await scene.starts(informer)
    expect(scene.heard).toEqual(['connect', 'error the server is away'])
    await informer.start()
    expect(scene.lists).toBe(1)
    await scene.clock.advance(60_000)
    expect(scene.heard).toEqual(['connect', 'error the server is away', 'connect', 'add one'])
    expect(scene.watches).toMatchObject([{ resourceVersion: '10', allowWatchBookmarks: true }])
    await informer.stop()
  })

  test('lists anew after a 410, without an error, and tells the differences', async () => {
    scene.items = [map('one', '5'), map('two', '6')]
    const informer = scene.informer()
    await scene.starts(informer)
    scene.items = [map('two', '11')]
    scene.heard.length = 0
    scene.events.error(gone('too old'))
    await scene.clock.advance(60_000)
    expect(scene.heard).toEqual(['connect', 'update two', 'delete one'])
    expect(informer.list().map(({ metadata }) => (metadata as { name: string }).name)).toEqual(['two'])
    await informer.stop()
  })

  test('resumes after a lost connection where it was, and after a silent watch without an error', async () => {
    scene.items = [map('one', '5')]
    const informer = scene.informer()
    await scene.starts(informer)
    scene.events.next({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '30' } } })
    scene.heard.length = 0
    scene.events.error(new RequestFailed('the connection was lost'))
    await scene.clock.advance(5000)
    expect(scene.heard).toEqual(['error the connection was lost', 'connect'])
    await scene.clock.advance(200_000)
    expect(scene.heard.slice(2)).toEqual(['connect'])
    expect(scene.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(['10', '30', '30'])
    expect(scene.lists).toBe(1)
    await informer.stop()
  })

  test('asks for what its path and its selectors say', async () => {
    const informer = scene.informer({
      collection: parseCollectionPath('/api/v1/namespaces/red/configmaps'),
      labelSelector: 'app=shop',
      fieldSelector: 'metadata.name=one',
    })
    await scene.starts(informer)
    expect(scene.watches).toMatchObject([{ namespace: 'red', labelSelector: 'app=shop', fieldSelector: 'metadata.name=one' }])
    await informer.stop()
  })

  test('says in statusCode what the server answered to a watch', async () => {
    const informer = scene.informer()
    const codes: unknown[] = []
    informer.on('error', ({ statusCode }: { statusCode?: number }) => void codes.push(statusCode))
    await scene.starts(informer)
    scene.events.error(serviceUnavailable('not now'))
    expect(codes).toEqual([503])
    await informer.stop()
  })

  test('off() takes a handler off, and an unknown verb is refused', async () => {
    const informer = scene.informer()
    expect(() => informer.on('bookmark' as 'add', () => undefined)).toThrow('Unknown verb: bookmark')
    const heard: string[] = []
    const handler = ({ metadata }: KubeObject): void => void heard.push(metadata!.name!)
    informer.on('change', handler)
    await scene.starts(informer)
    scene.events.next({ type: 'ADDED', object: map('one', '11') })
    informer.off('change', handler)
    scene.events.next({ type: 'DELETED', object: map('one', '12') })
    expect(heard).toEqual(['one'])
    await informer.stop()
    scene.events.next({ type: 'ADDED', object: map('two', '13') })
    expect(scene.heard).toEqual(['connect', 'add one', 'delete one'])
  })
})

describe('joinTape()', () => {
  test('refuses a second server on the same tape', async () => {
    const path = join(folder, 'two.db')
    const shown = { kind: parseCollectionPath('/api/v1/pods').kind, namespace: '', has: () => false }
    const joined = await joinTape(path, shown, { source: { server: 'https://one' } })
    await expect(joinTape(path, { ...shown }, { source: { server: 'https://two' } })).rejects.toThrow(
      `Cannot record https://two on "${path}": it records https://one; give this informer a tape of its own`,
    )
    await joined.release()
  })

  test('warns the process when nothing can be recorded any more', async () => {
    const path = join(folder, 'versions.db')
    const informerOf = (version: string) =>
      joinTape(path, { kind: parseCollectionPath(`/apis/batch/${version}/cronjobs`).kind, namespace: '', has: () => false })
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const [now, before] = [await informerOf('v1'), await informerOf('v1beta1')]
    now.shown('a/b', { metadata: { name: 'b', namespace: 'a', resourceVersion: '7' } }, undefined)
    before.shown('a/b', { metadata: { name: 'b', namespace: 'a', resourceVersion: '7' } }, undefined)
    expect(warn.mock.calls.map(String)).toEqual([
      expect.stringContaining(`Nothing is recorded on "${path}" any more: Error: Cannot record cronjobs.batch of version v1beta1`),
    ])
    warn.mockRestore()
    for (const one of [now, before]) await one.release()
  })

  const folder = mkdtempSync(join(tmpdir(), 'kubetape-shared-tape-'))
  const tape = join(folder, 'tape.db')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('takes nothing for gone that another informer of the kind shows, or that nobody looks at', async () => {
    let seed = 0
    const at = (path: string, name: string): Partial<WrappedInformerOptions> => ({
      random: seededRandom(++seed),
      collection: parseCollectionPath(path),
      list: async () => ({ kind: 'ConfigMapList', metadata: { resourceVersion: '10' }, items: [map(name, '5', name)] }),
      join: (shown) => joinTape(tape, shown, { clock: scene.clock, random: seededRandom(2), redaction: 'none' }),
    })
    for (const names of [['red', 'blue'], ['red']]) {
      const informers = names.map((name) => scene.informer(at(`/api/v1/namespaces/${name}/configmaps`, name)))
      // Opening a file takes real time.
      const starting = Promise.all(informers.map((informer) => informer.start()))
      await scene.clock.advance(0)
      await starting
      await Promise.all(informers.map((informer) => informer.stop()))
    }
    const reader = openSqliteReader({ path: tape })
    try {
      const items = [...objectsAt(reader, { group: '', resource: 'configmaps', namespace: '' }, reader.head())]
      expect(items.map(({ metadata }) => metadata?.name)).toEqual(['blue', 'red'])
      expect(recordedKinds(reader)).toEqual([{ group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }])
      expect([...readJournal(reader).runs()].map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
        'red/red success',
        'blue/blue success',
        'red/red success',
      ])
    } finally {
      reader.close()
    }
  })
})
