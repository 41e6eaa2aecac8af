import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, Event, Lease } from '@kubetape/api/kinds'
import { type Client, RequestFailed } from '@kubetape/client'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { controllerFor, Manager } from '@kubetape/runtime'
import { ControlPlane } from './control-plane.ts'

const LEASE = { namespace: 'default', name: 'app' }
let clock: VirtualClock
let plane: ControlPlane
let ran: string[]
const managers: Manager[] = []

beforeEach(async () => {
  clock = new VirtualClock()
  ran = []
  plane = await after(1000, ControlPlane.start({ clock, controllers: [] }))
})

afterEach(async () => {
  const stopping = Promise.all([...managers.splice(0).map((manager) => manager.stop()), plane.stop()])
  await clock.advance(10_000)
  await stopping
})

/** Begins a process that competes. */
async function compete(identity: string, client: Client = plane.client()): Promise<Manager> {
  const manager = new Manager({
    client,
    gates: plane.gates,
    namespace: 'default',
    clock,
    random: seededRandom(identity.length),
    leaderElection: { id: LEASE.name, namespace: LEASE.namespace, identity, releaseOnCancel: true },
  })
  managers.push(manager.add(controllerFor(ConfigMap).reconcile(({ key }) => void ran.push(`${identity} ${key}`))))
  void manager.start()
  await clock.advance(100)
  return manager
}

async function after<A>(ms: number, doing: Promise<A>): Promise<A> {
  await clock.advance(ms)
  return doing
}

const create = (name: string) => after(100, plane.client().create(ConfigMap, { metadata: { namespace: 'default', name } }))

describe('managers of one application', () => {
  test('hand over through an API server, and tell of it', async () => {
    const one = await compete('one')
    const another = await compete('another')
    await create('first')
    expect([one.isLeading, another.isLeading, ran]).toEqual([true, false, ['one default/first']])
    await after(3000, one.stop())
    await clock.advance(5000)
    expect([another.isLeading, ran]).toEqual([true, ['one default/first', 'another default/first']])
    const lease = await after(100, plane.client().get(Lease, LEASE))
    expect(lease.spec).toMatchObject({ holderIdentity: 'another', leaseDurationSeconds: 15, leaseTransitions: 1 })
    const { items } = await after(100, plane.client().list(Event, { namespace: 'default' }))
    const told = items.filter(({ reason }) => reason === 'LeaderElection')
    expect(told.map(({ involvedObject, message }) => `${involvedObject.kind} ${message}`).toSorted()).toEqual([
      'Lease another became leader',
      'Lease one became leader',
      'Lease one stopped leading',
    ])
  })

  test('take over from one that was cut off, which has stopped acting before', async () => {
    let cut = false
    const real = plane.client()
    const flaky = new Proxy(real, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown
        if (name === 'watch') return method.bind(target)
        return (...args: unknown[]) => (cut ? Promise.reject(new RequestFailed('no route')) : method.apply(target, args))
      },
    })
    const one = await compete('one', flaky)
    const another = await compete('another')
    const lost = expect(one.done).rejects.toMatchObject({ code: 'LEADER_ELECTION_LOST' })
    cut = true
    for (let seconds = 0; !another.isLeading; seconds++) {
      expect(seconds).toBeLessThan(25)
      await clock.advance(1000)
    }
    await lost
    expect(one.isLeading).toBe(false)
    await create('later')
    expect(ran).toEqual(['another default/later'])
  })
})
