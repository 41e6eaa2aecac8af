import { describe, expect, test } from '@jest/globals'
import { Lease } from '@kubetape/api/kinds'
import { RequestFailed } from '@kubetape/client'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { FakeApi } from '../testing/fake-api.ts'
import { checkedElection, type LeaderElectionOptions } from './election-options.ts'
import { LeaderElector } from './leader-elector.ts'

const NAME = 'ns/app'
const startMs = Date.parse('2024-08-13T00:00:00Z')

function bench() {
  const clock = new VirtualClock({ startMs })
  const api = new FakeApi()
  const told: string[] = []
  const elector = (identity: string, options: Partial<LeaderElectionOptions> = {}): LeaderElector => {
    const log = (message: string, fields: Record<string, unknown> = {}): void =>
      void told.push(`${identity}: ${message}${fields['holder'] ? ` ${fields['holder'] as string}` : ''}`)
    const one = new LeaderElector(
      { id: 'app', namespace: 'ns', identity, ...options },
      {
        client: api,
        clock,
        random: seededRandom(1),
        log: { debug: () => undefined, info: log, warn: log, error: log },
        onLeading: (isLeading) => told.push(`${identity}: ${isLeading}`),
        onSlowPath: () => told.push(`${identity}: slow`),
      },
    )
    one.start()
    return one
  }
  return { clock, api, told, elector, lease: () => api.peek(Lease, NAME) as Record<string, unknown> | undefined }
}

describe('LeaderElector', () => {
  test('makes the Lease, renews it every two seconds, and keeps what it does not own', async () => {
    const { clock, api, elector, lease } = bench()
    const one = elector('a')
    await clock.advance(0)
    expect(one.isLeader()).toBe(true)
    const spec = {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2024-08-13T00:00:00.000000Z',
      renewTime: '2024-08-13T00:00:00.000000Z',
      leaseTransitions: 0,
    }
    expect(lease()).toMatchObject({ metadata: { namespace: 'ns', name: 'app' }, spec })
    await api.patch(Lease, { namespace: 'ns', name: 'app' }, { type: 'merge', body: { metadata: { labels: { mine: 'yes' } } } })
    await clock.advance(4000)
    expect(lease()).toMatchObject({ metadata: { labels: { mine: 'yes' } }, spec: { ...spec, renewTime: '2024-08-13T00:00:04.000000Z' } })
    // Reading comes first only when it is not there, and when somebody else wrote it.
    expect(api.requests.map(({ verb }) => verb)).toEqual(['get', 'create', 'patch', 'update', 'get', 'update', 'update'])
    await one.stop()
  })

  test('says once that it cannot ask for the Lease, again when the reason is another', async () => {
    const { clock, api, told, elector } = bench()
    let reason = 'connection refused'
    api.before = () => {
      throw new RequestFailed(reason)
    }
    const one = elector('a')
    await clock.advance(60_000)
    reason = 'no such host'
    await clock.advance(60_000)
    expect(told).toEqual(['a: false', 'a: competing for the lease', ...Array(2).fill('a: the lease could not be acquired yet')])
    await one.stop()
  })

  test('waits for the lease duration after the last change that it saw, and counts the change of hands', async () => {
    const { clock, told, elector, lease } = bench()
    const a = elector('a')
    await clock.advance(0)
    const b = elector('b')
    await clock.advance(9000)
    await a.stop()
    // The last renewal was at 8 s, and was seen within the 4.4 s that two looks may lie apart.
    await clock.advance(13_900)
    expect([a.isLeader(), b.isLeader()]).toEqual([false, false])
    await clock.advance(9000)
    expect(b.isLeader()).toBe(true)
    expect(lease()).toMatchObject({ spec: { holderIdentity: 'b', leaseTransitions: 1 } })
    expect(told.filter((line) => line.startsWith('b:'))).toEqual([
      'b: false',
      'b: competing for the lease',
      'b: a new leader was elected a',
      'b: a new leader was elected b',
      'b: this process leads',
      'b: true',
    ])
    await b.stop()
  })

  test('gives the Lease up when told so, and the next takes it at once', async () => {
    const { clock, elector, lease } = bench()
    const a = elector('a', { releaseOnCancel: true })
    await clock.advance(0)
    const b = elector('b')
    await clock.advance(1000)
    await a.stop()
    expect(await a.ended).toBeUndefined()
    expect(lease()).toMatchObject({ spec: { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 } })
    await clock.advance(4400)
    expect(b.isLeader()).toBe(true)
    expect(lease()).toMatchObject({ spec: { holderIdentity: 'b', leaseDurationSeconds: 15, leaseTransitions: 1 } })
    await b.stop()
  })

  test('stops leading ten seconds after the last renewal that was answered had been sent', async () => {
    const { clock, api, told, elector } = bench()
    const a = elector('a')
    await clock.advance(3000)
    api.before = () => Promise.reject(new RequestFailed('down'))
    await clock.advance(8999)
    expect(a.isLeader()).toBe(true)
    await clock.advance(1)
    expect(a.isLeader()).toBe(false)
    expect(await a.ended).toMatchObject({
      code: 'LEADER_ELECTION_LOST',
      message: 'Cannot go on: leader election lost, lease "ns/app": it could not be renewed in time',
    })
    expect(() => a.assertLeading()).toThrow('leader election lost')
    expect(told.at(-1)).toBe('a: false')
    api.before = () => undefined
    await clock.advance(60_000)
    expect(a.isLeader()).toBe(false)
  })

  test('stops leading as soon as it reads that somebody else does', async () => {
    const { clock, api, elector } = bench()
    const a = elector('a')
    await clock.advance(0)
    await api.patch(Lease, { namespace: 'ns', name: 'app' }, { type: 'merge', body: { spec: { holderIdentity: 'other' } } })
    await clock.advance(2000)
    expect(a.isLeader()).toBe(false)
    expect((await a.ended)?.message).toContain('somebody else holds it')
  })

  test('goes on when an answer was lost, as holder and as candidate', async () => {
    const { clock, api, elector } = bench()
    let lost = 1
    api.after = ({ verb }) => ((verb === 'create' || verb === 'update') && lost-- > 0 ? new Promise(() => undefined) : undefined)
    const a = elector('a')
    await clock.advance(4999)
    expect(a.isLeader()).toBe(false)
    await clock.advance(4500)
    expect(a.isLeader()).toBe(true)
    lost = 1
    await clock.advance(8000)
    expect(a.isLeader()).toBe(true)
    await a.stop()
  })

  test('does nothing after a sleep of its machine until it has renewed', async () => {
    const { clock, elector } = bench()
    const a = elector('a')
    await clock.advance(3000)
    clock.jumpWall(3_600_000)
    expect(a.isLeader()).toBe(false)
    clock.jumpWall(-3_600_000)
    expect(a.isLeader()).toBe(false)
    await clock.advance(1000)
    expect(a.isLeader()).toBe(true)
    await a.stop()
  })

  test('does not take a Lease that another process of its identity holds', async () => {
    const { clock, elector } = bench()
    const [a, b] = [elector('same'), elector('same')]
    await clock.advance(60_000)
    expect([a.isLeader(), b.isLeader()]).toEqual([true, false])
    await Promise.all([a.stop(), b.stop()])
  })
})

describe('checkedElection()', () => {
  const given = { id: 'app', namespace: 'ns', identity: 'a' }
  test.each([
    [{ id: '' }, 'Cannot elect a leader: "id" is empty'],
    [{ leaseDurationMs: 1500 }, 'Cannot elect a leader: "leaseDurationMs" is 1500, not a whole number of seconds'],
    [{ renewDeadlineMs: 15_000 }, 'Cannot elect a leader: "renewDeadlineMs" (15000) is not less than "leaseDurationMs" (15000)'],
    [{ retryPeriodMs: 9000 }, 'Cannot elect a leader: "renewDeadlineMs" (10000) is not more than 1.2 times "retryPeriodMs" (9000)'],
    [{ retryPeriodMs: 0 }, 'Cannot elect a leader: "retryPeriodMs" is 0, not above 0'],
  ])('refuses %p', (change, message) => expect(() => checkedElection({ ...given, ...change })).toThrow(message))
})
