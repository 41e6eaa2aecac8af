import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { readJournal } from '@kubetape/journal'
import { objectAt, openRecording, replay, type RunVerdict, type SkippedRun, why } from '@kubetape/replay'
import { type Controller, controllerFor, Manager } from '@kubetape/runtime'
import { Faults } from './faults.ts'
import { FaultyClient } from './faulty-client.ts'
import { ControlPlane } from '@kubetape/control-plane'
import { seededRandom } from '@kubetape/determinism'

/** Keeps a Secret beside each ConfigMap, with a password drawn once and the ConfigMap's text, and says on the ConfigMap that it is there. */
const keeper = (text: (given: string) => string = (given) => given): Controller =>
  controllerFor(ConfigMap, {})
    .named('keeper')
    .owns(Secret)
    .reconcile(async ({ namespace, name }, { client, lister, random }) => {
      const map = lister(ConfigMap).get(namespace, name)
      if (namespace !== 'app' || map?.data?.['text'] === undefined) return
      const secret = lister(Secret).get(namespace, name)
      const wanted = Buffer.from(text(map.data['text'])).toString('base64')
      if (secret === undefined) {
        const password = Buffer.from(String(random.nextUint32())).toString('base64')
        await client.create(Secret, {
          metadata: {
            name,
            namespace,
            ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: map.metadata.uid!, controller: true }],
          },
          data: { password, text: wanted },
        })
      } else if (secret.data?.['text'] !== wanted) {
        await client.update(Secret, { ...secret, data: { ...secret.data, text: wanted } })
      }
      // What was written is seen at once, although the watch may not have delivered it.
      const shown = lister(Secret).get(namespace, name)?.metadata.resourceVersion
      if (map.metadata.annotations?.['seen'] === undefined)
        await client.patch(
          ConfigMap,
          { namespace, name },
          { type: 'merge', body: { metadata: { annotations: { seen: String(shown !== undefined) } } } },
        )
    })

let clock: VirtualClock
let plane: ControlPlane
let folder: string
const faults = new Faults({ crash: () => undefined, resourceVersion: () => String(plane.log.head()) })
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recorded-'))
  clock = new VirtualClock()
  plane = await within(ControlPlane.start({ clock, controllers: [] }))
  await within(plane.client().create(NAMESPACE, { metadata: { name: 'app' } }))
})
afterEach(async () => {
  await within(plane.stop())
  rmSync(folder, { recursive: true })
})

const NAMESPACE = { group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces', namespaced: false } as const

async function within<T>(work: Promise<T>): Promise<T> {
  await clock.advance(1000)
  return work
}

/** Runs the controller on the cluster for as long as `act` takes, recorded on the tape. */
async function session(controller: Controller, act: () => Promise<void>, redaction: 'secrets' | 'none' = 'none'): Promise<void> {
  const tape = await openRecording({ path: join(folder, 'tape.db'), clock, redaction, source: { server: 'https://cluster.example' } })
  const manager = new Manager({
    client: new FaultyClient(plane.client('keeper'), faults),
    gates: plane.gates,
    clock,
    recording: tape.recorder,
  }).add(controller)
  await within(manager.start())
  await act()
  await clock.advance(5000)
  await within(manager.stop())
  await within(tape.close())
}

async function verdicts(controller: Controller): Promise<(RunVerdict | SkippedRun)[]> {
  const reader = openSqliteReader({ path: join(folder, 'tape.db') })
  try {
    const found = []
    for await (const verdict of replay(reader, { controllers: [controller] })) found.push(verdict)
    return found
  } finally {
    reader.close()
  }
}

const put = (name: string, text: string) =>
  within(plane.client().create(ConfigMap, { metadata: { name, namespace: 'app' }, data: { text } }))
const change = (name: string, text: string) =>
  within(plane.client().patch(ConfigMap, { namespace: 'app', name }, { type: 'merge', body: { data: { text } } }))

describe('TapeRecorder', () => {
  test('records a controller of another API server so that it replays the same, over two sessions', async () => {
    await put('one', 'first')
    await put('gone', 'soon')
    await session(keeper(), async () => {
      await put('two', 'second')
      await change('one', 'other')
    })
    await within(plane.client().delete(ConfigMap, { namespace: 'app', name: 'gone' }))
    await change('two', 'while nobody looked')
    await session(keeper(), async () => {
      await change('one', 'last')
    })
    const found = await verdicts(keeper())
    expect(found.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    expect(found.length).toBeGreaterThan(8)
    expect(found.reduce((sum, one) => sum + (one.verdict === 'same' ? one.requests : 0), 0)).toBeGreaterThan(6)
  })

  test('shows what changed decisions would be: the first request that differs', async () => {
    await put('one', 'first')
    await session(keeper(), async () => {
      await change('one', 'other')
    })
    const shouting = keeper((given) => `${given}!`)
    const [first] = (await verdicts(shouting)).filter(({ verdict }) => verdict === 'diverged')
    expect(first).toMatchObject({
      run: { key: 'app/one' },
      divergence: { sequence: 1, why: 'body differs', fields: [{ path: 'body.data.text', recorded: 'Zmlyc3Q=', now: 'Zmlyc3Qh' }] },
    })
  })

  test('says of runs that read what was taken out, and would go another way, that nothing can be said', async () => {
    await put('one', 'first')
    await session(keeper(), async () => void (await change('one', 'other')), 'secrets')
    const found = await verdicts(keeper())
    expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(['same', 'skipped']))
    expect(found.find(({ verdict }) => verdict === 'skipped')).toMatchObject({ why: expect.stringMatching(/^it read Secrets/) as unknown })
  })

  test('keeps no secret on the tape, and equal pseudonyms for equal values', async () => {
    await put('one', 'sesame')
    await put('two', 'sesame')
    await session(keeper(), async () => undefined, 'secrets')
    const reader = openSqliteReader({ path: join(folder, 'tape.db') })
    const bytes = [
      ...reader.entries({ from: 1, limit: 1000, prefix: '/secrets/' }).map(({ value }) => value),
      ...reader.records('request', { limit: 1000 }).map(({ value }) => value),
    ].map((value) => Buffer.from(value!).toString())
    expect(bytes.length).toBeGreaterThan(4)
    for (const text of bytes) expect(text).not.toContain(Buffer.from('sesame').toString('base64'))
    const textOf = (name: string) =>
      (objectAt(reader, { group: '', resource: 'secrets', namespace: 'app', name }, reader.head()) as { data?: Record<string, string> })
        .data?.['text']
    expect(textOf('one')).toBe(textOf('two'))
    expect(Buffer.from(textOf('one')!, 'base64').toString()).toMatch(/^redacted-[0-9a-f]{24}$/)
    reader.close()
  })

  test('tells which run wrote an object, and begins each session with an entry', async () => {
    await put('one', 'first')
    await session(keeper(), async () => undefined)
    const reader = openSqliteReader({ path: join(folder, 'tape.db') })
    const [made] = [...why(reader, { group: '', resource: 'secrets', namespace: 'app', name: 'one' })]
    expect(made?.by).toMatchObject({ type: 'run', run: { controller: 'keeper', key: 'app/one' }, request: { verb: 'create' } })
    expect(
      objectAt(reader, { group: 'kubetape.dev', resource: 'recordings', namespace: '', name: 'session-1' }, reader.head()),
    ).toMatchObject({
      kind: 'Recording',
      source: { server: 'https://cluster.example' },
    })
    expect([...readJournal(reader).gaps()]).toEqual([])
    reader.close()
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('shows replay what each run saw, whatever came late or twice: schedule %i', async (seed) => {
    const random = seededRandom(seed)
    const pick = (below: number): number => random.nextUint32() % below
    const names = ['a', 'b', 'c', 'd']
    /** Writes down all that it sees, so that another view would be another request. */
    const scribe = controllerFor(ConfigMap)
      .named('scribe')
      .reads(Secret)
      .reconcile(async ({ namespace, name }, { client, lister, event }) => {
        if (namespace !== 'app') return
        const seen = (): string =>
          JSON.stringify(
            [...lister(ConfigMap).list('app'), ...lister(Secret).list('app')].map(({ metadata }) => [
              metadata.name,
              metadata.resourceVersion,
            ]),
          )
        const target = { namespace, name: `${name}-seen` }
        if (name.endsWith('-seen')) return
        const body = { metadata: { annotations: { seen: seen() } } }
        if (lister(Secret).get('app', target.name) === undefined) await client.create(Secret, { metadata: { ...target, ...body.metadata } })
        else await client.patch(Secret, target, { type: 'merge', body })
        const map = lister(ConfigMap).get(namespace, name)
        if (map !== undefined) event(map, 'Normal', 'Seen', seen())
        if (pick(4) === 0) throw new Error('as if it had failed')
      })
    for (let sessions = 0; sessions < 3; sessions++) {
      await session(scribe, async () => {
        for (let step = 0; step < 60; step++) {
          const kind = (pick(3) > 0 ? ConfigMap : Secret) as unknown as Kind
          const name = names[pick(names.length)]!
          const lag = pick(3) === 0 ? faults.staleState(kind) : undefined
          const client = plane.client()
          const target = { namespace: 'app', name: kind.kind === 'Secret' ? `${name}-seen` : name }
          const body = { metadata: { labels: { n: String(step) } } }
          await within(
            [
              () => client.patch(kind, target, { type: 'merge', body }),
              () => client.create(kind, { metadata: target }),
              () => client.delete(kind, target),
            ][pick(3)]!().catch(() => undefined),
          )
          if (pick(2) === 0) await clock.advance(pick(50))
          lag?.end()
        }
      })
      for (const name of names)
        await within(
          plane
            .client()
            .delete(ConfigMap, { namespace: 'app', name })
            .catch(() => undefined),
        )
    }
    const found = await verdicts(scribe)
    expect(found.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    expect(found.length).toBeGreaterThan(15)
  })

  test('goes on with a recording of the same cluster only', async () => {
    const path = join(folder, 'tape.db')
    const open = async (server: string, uid?: string) => {
      const tape = await openRecording({ path, clock, source: { server, ...(uid === undefined ? {} : { uid }) } })
      await within(tape.close())
    }
    await open('https://one', 'a')
    await open('https://moved', 'a')
    const entries = () => {
      const reader = openSqliteReader({ path })
      const head = reader.head()
      reader.close()
      return head
    }
    const before = entries()
    await expect(open('https://two')).rejects.toThrow(
      `Cannot record on "${path}": it records https://moved, not https://two; name a new file`,
    )
    await expect(open('https://moved', 'b')).rejects.toThrow('it records another cluster, whose namespace kube-system had the uid a, not b')
    expect(entries()).toBe(before)
    await open('https://moved')
  })

  test('leaves the tape of a control plane alone', async () => {
    const own = await within(ControlPlane.start({ clock, controllers: [], data: folder }))
    await within(own.stop())
    await expect(openRecording({ path: join(folder, 'tape.db'), clock })).rejects.toThrow('it is the tape of a control plane')
  })
})
