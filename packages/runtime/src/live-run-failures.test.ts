import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import { RequestFailed } from '@kubetape/client'
import { controllerFor } from './controller.ts'
import type { Reconcile } from './reconcile.ts'
import { noJournal } from './run-journal.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const reading = (reconcile: Reconcile) => controllerFor(ConfigMap).reads(Secret).reconcile(reconcile)

describe('a run', () => {
  test('rethrows what the client threw, after its answer is journaled as failed', async () => {
    const bench = parts()
    const cause = new Error('ECONNRESET')
    const thrown = [
      new TypeError('misuse'),
      Object.assign(new Error('aborted'), { name: 'AbortError' }),
      new RequestFailed('lost', { cause }),
    ]
    const waiting = [...thrown]
    bench.api.before = ({ resource, verb }) => {
      if (resource === 'secrets' && verb === 'get') throw waiting.shift()!
    }
    const caught: unknown[] = []
    await bench.start([
      reading(async (_request, { client }) => {
        for (const _one of thrown) await client.get(Secret, { namespace: 'a', name: 's' }).catch((error: unknown) => caught.push(error))
      }),
    ])
    await bench.put('a/one')
    expect(caught.map((one, at) => one === thrown[at])).toEqual([true, true, true])
    expect((caught[2] as Error).cause).toBe(cause)
    expect(bench.calls.flatMap((one) => (one.call === 'answer' ? [one.answer] : []))).toEqual(
      ['misuse', 'aborted', 'lost'].map((message) => ({ type: 'failed', message })),
    )
  })

  test('gives what is outside of the API as the tape has it, errors too', async () => {
    const bench = parts()
    const given: unknown[] = []
    await bench.start([
      reading((_request, { outside }) => {
        given.push(outside(() => ({ when: new Date(0) })))
        outside(() => {
          throw Object.assign(new Error('no file'), { code: 'ENOENT' })
        })
      }),
    ])
    await bench.put('a/one')
    await bench.stop()
    expect(given[0]).toEqual({ when: '1970-01-01T00:00:00.000Z' })
    expect(bench.ends[0]).toMatchObject({
      outcome: 'error',
      error: 'no file',
      outside: [{ value: given[0] }, { error: { name: 'Error', message: 'no file', code: 'ENOENT' } }],
    })
  })

  test('asks outside of the API only what is durably on the tape, and goes on when the answer is', async () => {
    const bench = parts()
    const heard: unknown[] = []
    await bench.start([
      reading(async (_request, { call, client }) => {
        const ask = { system: 'disks.example.com', method: 'CreateVolume', body: { name: 'v' } }
        heard.push(await call(ask, () => Promise.resolve(bench.calls.map((one) => one.call).join())))
        await call(ask, () => Promise.reject(Object.assign(new RangeError('full'), { code: 'OUT_OF_RANGE' }))).catch((error: unknown) =>
          heard.push(error),
        )
        await client.get(ConfigMap, { namespace: 'a', name: 'one' })
      }),
    ])
    await bench.put('a/one')
    await bench.stop()
    expect(heard[0]).toBe('begin,request,durable')
    expect(heard[1]).toMatchObject({ name: 'RangeError', message: 'full', code: 'OUT_OF_RANGE' })
    expect(bench.calls.map((one) => one.call).join()).toMatch(/^begin(,request,durable,answer,durable){2},request,answer,end/)
    expect(bench.calls.flatMap((one) => (one.call === 'answer' ? [one.answer] : [])).slice(0, 2)).toEqual([
      { type: 'outside', reading: { value: 'begin,request,durable' } },
      { type: 'outside', reading: { error: { name: 'RangeError', message: 'full', code: 'OUT_OF_RANGE' } } },
    ])
    const [first] = bench.calls.flatMap((one) => (one.call === 'request' ? [one.request] : []))
    const asked = {
      sequence: 1,
      verb: 'call',
      group: '',
      version: '',
      system: 'disks.example.com',
      resource: 'CreateVolume',
      body: { name: 'v' },
    }
    expect(first).toEqual(asked)
  })

  test('asks nothing outside of the API while the tape cannot be written', async () => {
    const bench = parts()
    let performed = 0
    const journal = { ...noJournal, durable: () => Promise.reject(new Error('the disk is full')) }
    const asking = reading((_request, { call }) => call({ system: 's', method: 'm' }, () => Promise.resolve(void performed++)))
    const errors: string[] = []
    const log = () => ({
      debug: () => {},
      info: () => {},
      warn: (_: string, fields: object) => void errors.push(JSON.stringify(fields)),
      error: (_: string, fields: object) => void errors.push(JSON.stringify(fields)),
    })
    await bench.start([asking], { journal, log: log as never })
    await bench.put('a/one')
    await bench.stop()
    expect(performed).toBe(0)
    expect(errors.join()).toContain('the disk is full')
  })

  test('that spoils what it carried fails, and the tape keeps what it was given', async () => {
    const bench = parts()
    await bench.start([
      reading((_request, { carried, carry }) => {
        if (carried === undefined) carry({ count: 1 })
        else (carried as { count: number }).count++
      }),
    ])
    await bench.put('a/one')
    await bench.put('a/one', { n: '2' })
    await bench.stop()
    expect(bench.runs.slice(0, 2).map(({ carried }) => carried)).toEqual([undefined, { count: 1 }])
    expect(bench.ends.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['success', 'error'])
  })
})
