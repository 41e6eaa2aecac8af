import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod } from '@kubetape/api/kinds'
import { serviceUnavailable } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type Client, RequestFailed } from '../client.ts'
import type { FaultRule } from './fault.ts'
import { faultyClient } from './faulty-client.ts'
import { outcomesOf, TinyClient } from './tiny-client.ts'

const at = (name: string): { namespace: string; name: string } => ({ namespace: 'ns', name })
const configMap = (name: string) => ({ metadata: at(name) })

/** A small "reconcile": reads, writes twice and deletes. Answers what it managed to do. */
async function work(client: Client): Promise<string[]> {
  const done: string[] = []
  try {
    await client.list(ConfigMap, { namespace: 'ns' })
    done.push('list')
    await client.create(ConfigMap, configMap('a'))
    done.push('create')
    await client.patch(ConfigMap, at('a'), { type: 'merge', body: { data: { n: '1' } } })
    done.push('patch')
    await client.delete(ConfigMap, at('a'))
    done.push('delete')
  } catch (error) {
    done.push((error as { code: string }).code)
  }
  return done
}

describe('faultyClient() without faults', () => {
  test('passes everything on and records it', async () => {
    const client = faultyClient(new TinyClient())
    const cause = { run: 'r', sequence: 1 }
    await client.create(ConfigMap, configMap('a'), { cause })
    await client.get(ConfigMap, at('a'))
    await client.update(ConfigMap, configMap('a'), { subresource: 'status' })
    await client.deleteCollection(ConfigMap, { namespace: 'ns' })
    client.watch(Pod).subscribe().unsubscribe()
    await expect(client.get(ConfigMap, at('a'))).rejects.toMatchObject({ reason: 'NotFound' })
    expect(client.requests).toEqual([
      {
        sequence: 1,
        verb: 'create',
        group: '',
        resource: 'configmaps',
        subresource: '',
        namespace: 'ns',
        name: 'a',
        body: configMap('a'),
        cause,
      },
      { sequence: 2, verb: 'get', group: '', resource: 'configmaps', subresource: '', namespace: 'ns', name: 'a' },
      {
        sequence: 3,
        verb: 'update',
        group: '',
        resource: 'configmaps',
        subresource: 'status',
        namespace: 'ns',
        name: 'a',
        body: configMap('a'),
      },
      { sequence: 4, verb: 'deletecollection', group: '', resource: 'configmaps', subresource: '', namespace: 'ns', name: '' },
      { sequence: 5, verb: 'watch', group: '', resource: 'pods', subresource: '', namespace: '', name: '' },
      { sequence: 6, verb: 'get', group: '', resource: 'configmaps', subresource: '', namespace: 'ns', name: 'a' },
    ])
  })
})

describe('faultyClient() fails', () => {
  test('the n-th request of a kind, and carries it not out', async () => {
    const store = new TinyClient()
    const error = serviceUnavailable('not now')
    const client = faultyClient(store, { faults: [{ fault: { type: 'refuse', error }, verb: 'create', resource: 'configmaps', at: 2 }] })
    await client.create(ConfigMap, configMap('a'))
    await client.create(Pod, { metadata: at('p') } as never)
    await expect(client.create(ConfigMap, configMap('b'))).rejects.toBe(error)
    await client.create(ConfigMap, configMap('c'))
    expect((await store.list(ConfigMap)).items.map(({ metadata }) => metadata.name)).toEqual(['a', 'c'])
  })

  test('every request that matches when there is no number', async () => {
    const error = new RequestFailed('no network')
    const client = faultyClient(new TinyClient(), {
      faults: [
        { fault: { type: 'refuse', error }, name: 'a' },
        { fault: { type: 'refuse', error }, matches: ({ verb }) => verb === 'list' },
      ],
    })
    await expect(client.create(ConfigMap, configMap('a'))).rejects.toBe(error)
    await expect(client.get(ConfigMap, at('a'))).rejects.toBe(error)
    await expect(client.list(ConfigMap)).rejects.toBe(error)
    await client.create(ConfigMap, configMap('b'))
    expect(outcomesOf(client.watch(ConfigMap))).toEqual([])
  })

  test('after carrying it out when the answer is lost, also an answer that refuses', async () => {
    const store = new TinyClient()
    const client = faultyClient(store, { faults: [{ fault: { type: 'lose-answer' }, verb: 'create' }] })
    await expect(client.create(ConfigMap, configMap('a'))).rejects.toBeInstanceOf(RequestFailed)
    await expect(client.create(ConfigMap, configMap('a'))).rejects.toBeInstanceOf(RequestFailed)
    expect((await client.list(ConfigMap)).items).toHaveLength(1)
  })

  test('late, by the sum of its delays', async () => {
    const clock = new VirtualClock()
    const faults: FaultRule[] = [{ fault: { type: 'delay', delayMs: 100 } }, { fault: { type: 'delay', delayMs: 50 }, verb: 'create' }]
    const client = faultyClient(new TinyClient(), { clock, faults })
    let done = false
    const made = client.create(ConfigMap, configMap('a')).then(() => (done = true))
    await clock.advance(149)
    expect(done).toBe(false)
    await clock.advance(1)
    expect(await made).toBe(true)
    const stop = new AbortController()
    const waiting = client.get(ConfigMap, at('a'), { signal: stop.signal })
    stop.abort(new Error('no more'))
    await expect(waiting).rejects.toThrow('no more')
  })
})

describe('faultyClient() crashes', () => {
  test('at every boundary of a piece of work, before and after the request', async () => {
    const healthy = faultyClient(new TinyClient())
    expect(await work(healthy)).toEqual(['list', 'create', 'patch', 'delete'])
    const outcomes: string[] = []
    for (const { sequence } of healthy.requests) {
      for (const type of ['crash-before', 'crash-after'] as const) {
        const store = new TinyClient()
        const client = faultyClient(store, { faults: [{ fault: { type }, at: sequence }] })
        const done = await work(client)
        const { items } = await store.list(ConfigMap)
        outcomes.push(`${type} ${sequence}: ${done.join(' ')}, ${items.length} with ${JSON.stringify(items[0]?.data ?? {})}`)
        expect(client.crashed).toBe(true)
        expect(client.requests).toHaveLength(sequence)
      }
    }
    expect(outcomes).toEqual([
      'crash-before 1: CRASHED, 0 with {}',
      'crash-after 1: CRASHED, 0 with {}',
      'crash-before 2: list CRASHED, 0 with {}',
      'crash-after 2: list CRASHED, 1 with {}',
      'crash-before 3: list create CRASHED, 1 with {}',
      'crash-after 3: list create CRASHED, 1 with {"n":"1"}',
      'crash-before 4: list create patch CRASHED, 1 with {"n":"1"}',
      'crash-after 4: list create patch CRASHED, 0 with {}',
    ])
  })

  test('until it is reset, with rules that go on counting', async () => {
    const client = faultyClient(new TinyClient(), { faults: [{ fault: { type: 'crash-before' }, at: 1 }] })
    await expect(client.list(ConfigMap)).rejects.toMatchObject({ code: 'CRASHED' })
    await expect(client.list(ConfigMap)).rejects.toMatchObject({ code: 'CRASHED' })
    expect(outcomesOf(client.watch(ConfigMap))).toEqual(['CRASHED'])
    expect(client.requests).toHaveLength(1)
    client.reset()
    await client.list(ConfigMap)
    client.reset([{ fault: { type: 'crash-before' }, at: 1 }])
    await expect(client.list(ConfigMap)).rejects.toMatchObject({ code: 'CRASHED' })
  })

  test('and answers that were under way are not heard, also after a reset', async () => {
    const clock = new VirtualClock()
    const store = new TinyClient()
    const client = faultyClient(store, {
      clock,
      faults: [
        { fault: { type: 'delay', delayMs: 10 }, verb: 'create' },
        { fault: { type: 'crash-before' }, verb: 'list' },
      ],
    })
    const made = expect(client.create(ConfigMap, configMap('a'))).rejects.toMatchObject({ code: 'CRASHED' })
    await expect(client.list(ConfigMap)).rejects.toMatchObject({ code: 'CRASHED' })
    client.reset()
    await clock.advance(10)
    await made
    expect((await store.list(ConfigMap)).items).toEqual([])
  })

  test('and open watches fall silent for good', async () => {
    const store = new TinyClient()
    const client = faultyClient(store, { faults: [{ fault: { type: 'crash-after' }, verb: 'update' }] })
    const seen = outcomesOf(client.watch(ConfigMap))
    await client.create(ConfigMap, configMap('a'))
    await expect(client.update(ConfigMap, configMap('a'))).rejects.toMatchObject({ code: 'CRASHED' })
    client.reset()
    await store.create(ConfigMap, configMap('b'))
    // The update itself was published before its answer would have come.
    expect(seen).toEqual(['ADDED', 'MODIFIED'])
  })

  test('at a watch', async () => {
    const clock = new VirtualClock()
    const client = faultyClient(new TinyClient(), {
      clock,
      faults: [
        { fault: { type: 'delay', delayMs: 5 }, verb: 'watch' },
        { fault: { type: 'crash-before' }, verb: 'watch' },
      ],
    })
    const seen = outcomesOf(client.watch(ConfigMap))
    expect(seen).toEqual([])
    await clock.advance(5)
    expect(seen).toEqual(['CRASHED'])
    expect(client.crashed).toBe(true)
  })
})

describe('faultyClient() refuses plans', () => {
  test('that make no sense', () => {
    const plan = (rule: FaultRule) => () => faultyClient(new TinyClient(), { faults: [rule] })
    expect(plan({ fault: { type: 'delay', delayMs: 1 } })).toThrow('Cannot plan a delay: the plan has no clock')
    expect(plan({ fault: { type: 'lose-answer' }, at: 0 })).toThrow('Cannot plan a fault at request 0: requests count from 1')
    expect(plan({ fault: { type: 'silence', afterEvents: -1 } })).toThrow('Cannot plan a fault after -1 events')
  })
})
