import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Lease, Secret } from '@kubetape/api/kinds'
import { RequestFailed } from '@kubetape/client'
import { controllerFor } from '../controller.ts'
import { configMap, managerBench } from '../testing/manager-bench.ts'

const parts = managerBench()
const LEASE = { namespace: 'ns', name: 'app' }
const election = (identity: string) => ({ id: 'app', namespace: 'ns', identity, releaseOnCancel: true })

describe('Manager with leader election', () => {
  test('warms its informers up, and runs controllers only while it leads', async () => {
    const bench = parts()
    await bench.put('a/one')
    const ran: string[] = []
    const controller = (who: string) => controllerFor(ConfigMap).reconcile(({ key }) => void ran.push(`${who} ${key}`))
    const states: string[] = []
    const metrics = { queue: undefined, reconciled: () => undefined, activeWorkers: () => undefined }
    const first = await bench.start([controller('first')], {
      leaderElection: election('first'),
      metrics: { ...metrics, leading: (lease, isLeading) => states.push(`${lease} ${isLeading}`) },
    })
    const second = await bench.start([controller('second')], { leaderElection: election('second') })
    expect([first.ready, second.ready, first.isLeading, second.isLeading]).toEqual([true, true, true, false])
    await bench.put('a/two')
    expect([ran, states]).toEqual([
      ['first a/one', 'first a/two'],
      ['app false', 'app true'],
    ])

    await first.stop()
    await expect(first.done).resolves.toBeUndefined()
    expect(bench.api.peek(Lease, 'ns/app')).toMatchObject({ spec: { holderIdentity: '' } })
    await bench.clock.advance(5000)
    // What changed before it led is not forgotten.
    expect([second.isLeading, ran.slice(2).toSorted()]).toEqual([true, ['second a/one', 'second a/two']])
  })

  test('stops with an error when the Lease is lost, and a run under way cannot write any more', async () => {
    const bench = parts()
    let goOn: () => void = () => undefined
    let failed: unknown
    const manager = await bench.start(
      [
        controllerFor(ConfigMap).reconcile(async ({ namespace, name }, { client }) => {
          await new Promise<void>((resolve) => (goOn = resolve))
          await client
            .create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } })
            .catch((error: unknown) => (failed = error))
        }),
      ],
      { leaderElection: election('me') },
    )
    await bench.put('a/one')
    await bench.api.patch(Lease, LEASE, { type: 'merge', body: { spec: { holderIdentity: 'other' } } })
    const lost = expect(manager.done).rejects.toMatchObject({ code: 'LEADER_ELECTION_LOST' })
    await bench.clock.advance(2000)
    await lost
    goOn()
    await bench.clock.advance(0)
    expect(failed).toMatchObject({ message: 'Cannot create secrets: this process does not lead' })
    expect(bench.api.peek(Secret, 'a/one')).toBeUndefined()
    // On the tape it is a request that failed, so replay gives the run the same answer.
    expect(bench.calls.flatMap((one) => (one.call === 'answer' ? [one.answer] : []))).toEqual([
      { type: 'failed', message: 'Cannot create secrets: this process does not lead' },
    ])
    await manager.stop()
    expect(bench.api.peek(Lease, 'ns/app')).toMatchObject({ spec: { holderIdentity: 'other' } })
  })

  test('begins no run while it cannot know whether it still leads, and makes up for it', async () => {
    const bench = parts()
    const ran: string[] = []
    const manager = await bench.start([controllerFor(ConfigMap).reconcile(({ key }) => void ran.push(key))], {
      leaderElection: election('me'),
    })
    await bench.clock.advance(1000)
    bench.clock.jumpWall(60_000)
    await bench.put('a/one')
    expect([manager.isLeading, ran]).toEqual([false, []])
    await bench.clock.advance(2000)
    expect([manager.isLeading, ran]).toEqual([true, ['a/one']])
  })

  test('gives up what is under way when its time is over', async () => {
    const bench = parts()
    let failed: unknown
    bench.api.before = ({ verb, resource }) => {
      if (resource === 'leases' && verb !== 'create' && bench.clock.monotonicMs() > 0) return Promise.reject(new RequestFailed('down'))
      return resource === 'secrets' ? new Promise(() => undefined) : undefined
    }
    const manager = await bench.start(
      [
        controllerFor(ConfigMap).reconcile(async (_request, { client }) => {
          const write = client.create(Secret, configMap('a/one'))
          await write.catch((error: unknown) => (failed = error))
        }),
      ],
      { leaderElection: election('me') },
    )
    await bench.put('a/one')
    const lost = expect(manager.done).rejects.toMatchObject({ code: 'LEADER_ELECTION_LOST' })
    await bench.clock.advance(10_000)
    await lost
    await bench.clock.advance(0)
    expect(failed).toMatchObject({ name: 'NotLeading' })
  })
})
