import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Namespace } from '@kubetape/api/kinds'
import { TestCluster } from '@kubetape/testing'
import { ACCOUNT, type Billing, billingAccounts, FINALIZER } from './billing-account-controller.ts'

/** The service: it outlives the controller's process. */
class Accounts implements Billing {
  readonly #accounts = new Map<string, string>()
  readonly calls: string[] = []
  #number = 0
  isAway = false

  open(key: string, team: string): string {
    if (this.isAway) throw Object.assign(new Error('the billing service is away'), { code: 'ECONNREFUSED' })
    this.calls.push('open')
    const number = this.#accounts.get(key) ?? `${team}-${++this.#number}`
    this.#accounts.set(key, number)
    return number
  }

  close(key: string): void {
    this.calls.push('close')
    this.#accounts.delete(key)
  }

  get numbers(): string[] {
    return [...this.#accounts.values()]
  }
}

let cluster: TestCluster
let billing: Accounts
beforeEach(async () => {
  billing = new Accounts()
  cluster = await TestCluster.start({ controllers: [billingAccounts(billing)] })
})
afterEach(async () => {
  const calls = billing.calls.length
  await cluster.expectReplaysSame()
  // Replay is given what the tape has, and leaves the world alone.
  expect(billing.calls).toHaveLength(calls)
  await cluster.stop()
})

const shop = { metadata: { name: 'shop', labels: { team: 'shop' } }, spec: {} }
const metadata = async () => (await cluster.within(cluster.client().get(Namespace, { name: 'shop' }))).metadata
const remove = () => cluster.within(cluster.client().delete(Namespace, { name: 'shop' }))

describe('billing-account', () => {
  test('opens an account for a namespace of a team, and closes it before the namespace goes', async () => {
    await cluster.create(Namespace, shop)
    await cluster.settle()
    expect((await metadata()).annotations?.[ACCOUNT]).toBe('shop-1')
    expect((await metadata()).finalizers).toEqual([FINALIZER])
    await remove()
    await cluster.settle()
    expect(billing.numbers).toEqual([])
    await expect(metadata()).rejects.toMatchObject({ status: { reason: 'NotFound' } })
  })

  test('leaves other namespaces alone, and closes the account of one that is of no team any more', async () => {
    const { metadata: system } = await cluster.within(cluster.client().get(Namespace, { name: 'kube-system' }))
    expect(system.finalizers).toBeUndefined()
    await cluster.create(Namespace, shop)
    await cluster.settle()
    await cluster.within(
      cluster.client().patch(Namespace, { name: 'shop' }, { type: 'merge', body: { metadata: { labels: { team: null } } } }),
    )
    await cluster.settle()
    expect([billing.numbers, (await metadata()).finalizers, (await metadata()).annotations]).toEqual([[], undefined, undefined])
  })

  test('opens one account only, when the process dies between the effect and the write that notes it', async () => {
    // The first patch adds the finalizer; the process dies before the one that notes the account.
    cluster.faults.intermediateState({ verb: 'patch', resource: 'namespaces', moment: 'after' })
    await cluster.create(Namespace, shop)
    await cluster.advance(1)
    cluster.faults.intermediateState({ verb: 'patch', resource: 'namespaces', moment: 'before' })
    await cluster.settle()
    expect(billing.calls).toEqual(['open', 'open'])
    expect(billing.numbers).toEqual(['shop-1'])
    expect((await metadata()).annotations?.[ACCOUNT]).toBe('shop-1')
  })

  test('closes it for good, when the process dies between the effect and the end of the finalizer', async () => {
    await cluster.create(Namespace, shop)
    await cluster.settle()
    cluster.faults.intermediateState({ verb: 'patch', resource: 'namespaces', moment: 'before' })
    await remove()
    await cluster.settle()
    expect(billing.calls.filter((call) => call === 'close').length).toBeGreaterThanOrEqual(2)
    expect(billing.numbers).toEqual([])
    await expect(metadata()).rejects.toMatchObject({ status: { reason: 'NotFound' } })
  })

  test('tries again while the service is away', async () => {
    billing.isAway = true
    await cluster.create(Namespace, shop)
    await cluster.advance(1000)
    expect((await metadata()).annotations?.[ACCOUNT]).toBeUndefined()
    billing.isAway = false
    await cluster.settle()
    expect((await metadata()).annotations?.[ACCOUNT]).toBe('shop-1')
  })
})
