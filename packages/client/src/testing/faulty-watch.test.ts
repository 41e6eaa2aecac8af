import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { serviceUnavailable } from '@kubetape/apimachinery'
import { RequestFailed } from '../client.ts'
import type { FaultRule } from './fault.ts'
import { faultyClient } from './faulty-client.ts'
import { outcomesOf, TinyClient } from './tiny-client.ts'

const configMap = (name: string) => ({ metadata: { namespace: 'ns', name } })

describe('faultyClient() breaks watches', () => {
  const broken = async (fault: FaultRule['fault'], writes = 3): Promise<readonly string[]> => {
    const store = new TinyClient()
    const client = faultyClient(store, { faults: [{ fault, at: 1 }] })
    const seen = outcomesOf(client.watch(ConfigMap))
    const next = outcomesOf(client.watch(ConfigMap))
    for (let i = 0; i < writes; i++) await store.create(ConfigMap, configMap(`c${i}`))
    expect(next).toHaveLength(writes)
    return seen
  }

  test('by ending them after some events, or at once', async () => {
    expect(await broken({ type: 'drop', afterEvents: 2 })).toEqual(['ADDED', 'ADDED', 'completed'])
    expect(await broken({ type: 'drop' })).toEqual(['completed'])
    expect(await broken({ type: 'drop', afterEvents: 1, error: new RequestFailed('lost') })).toEqual(['ADDED', 'REQUEST_FAILED'])
    expect(await broken({ type: 'drop', afterEvents: 4 })).toEqual(['ADDED', 'ADDED', 'ADDED'])
  })

  test('by 410, at the start or later', async () => {
    expect(await broken({ type: 'expire' })).toEqual(['Expired'])
    expect(await broken({ type: 'expire', afterEvents: 1 })).toEqual(['ADDED', 'Expired'])
  })

  test('by silence', async () => {
    expect(await broken({ type: 'silence', afterEvents: 1 })).toEqual(['ADDED'])
  })

  test('by refusing them', async () => {
    expect(await broken({ type: 'refuse', error: serviceUnavailable('not now') })).toEqual(['ServiceUnavailable'])
    expect(await broken({ type: 'lose-answer' })).toEqual(['REQUEST_FAILED'])
  })

  test('and nothing else: a watch fault leaves other verbs alone', async () => {
    const client = faultyClient(new TinyClient(), { faults: [{ fault: { type: 'expire' } }] })
    await client.list(ConfigMap)
    expect(outcomesOf(client.watch(ConfigMap))).toEqual(['Expired'])
  })
})
