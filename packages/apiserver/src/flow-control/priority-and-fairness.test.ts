import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'
import { requestInfo } from '../request/request-info.ts'
import { type Seat, TooManyRequests } from './flow-control.ts'
import { PriorityAndFairness } from './priority-and-fairness.ts'

const SCHEMAS = 'flowcontrol.apiserver.k8s.io/v1/flowschemas'
const LEVELS = 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations'

let server: TestServer
let flow: PriorityAndFairness

beforeEach(async () => {
  server = await TestServer.start()
  flow = new PriorityAndFairness({ storage: server.storage, clock: server.clock, seats: 10 })
})

/** A level that users' requests go to, with so much of the ten seats. */
async function level(name: string, limited: object, precedence = 100): Promise<void> {
  const made = await server.create(LEVELS, { metadata: { name }, spec: { type: 'Limited', limited } })
  expect(made.code).toBe(201)
  const rules = [
    {
      subjects: [{ kind: 'Group', group: { name: 'system:authenticated' } }],
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: [name], clusterScope: true }],
    },
  ]
  const schema = await server.create(SCHEMAS, {
    metadata: { name },
    spec: { priorityLevelConfiguration: { name }, matchingPrecedence: precedence, distinguisherMethod: { type: 'ByUser' }, rules },
  })
  expect(schema.code).toBe(201)
}

interface Asked {
  seat?: Seat
  error?: unknown
  readonly gone: () => void
}

/** Asks for a seat; what came of it shows when time passes. */
function ask(name: string, namespace: string, groups: readonly string[] = ['system:authenticated']): Asked {
  let gone = (): void => undefined
  const asked: Asked = { gone: () => gone() }
  const info = requestInfo('GET', `/api/v1/namespaces/${namespace}/configmaps/x`, new URLSearchParams())
  const answer = flow.admit({ user: { name, groups }, info, onGone: (listener) => (gone = listener) })
  if (answer instanceof Promise) {
    answer.then(
      (seat) => (asked.seat = seat),
      (error: unknown) => (asked.error = error),
    )
  } else asked.seat = answer
  return asked
}

const QUEUE = { type: 'Queue', queuing: { queues: 64, handSize: 2, queueLengthLimit: 50 } }
/** Everything that is settled now shows. */
const settle = (): Promise<void> => server.clock.advance(0)

test('admit() passes over what earlier releases stored unchecked', async () => {
  const specs = [
    {},
    {
      priorityLevelConfiguration: { name: 'catch-all' },
      rules: [{ subjects: [{ kind: 'User', user: { name: '*' } }], resourceRules: [{}] }],
    },
  ]
  const commit = server.storage.commit(
    specs.map((spec, at) => {
      const object = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: `odd-${at}` }, spec }
      return {
        group: 'flowcontrol.apiserver.k8s.io',
        resource: 'flowschemas',
        namespace: '',
        name: `odd-${at}`,
        operation: 'create' as const,
        expect: 0,
        object,
      }
    }),
  )
  await server.clock.advance(1)
  await commit
  const asked = ask('jane', 'default')
  await server.clock.advance(0)
  expect(asked.seat).toBeDefined()
})

describe('PriorityAndFairness', () => {
  test('admits at once while there are seats, then in turn', async () => {
    await level('team', { nominalConcurrencyShares: 1, limitResponse: QUEUE, borrowingLimitPercent: 0 })
    // Catch-all has five shares of six.
    const asked = ['a', 'b', 'c'].map((name) => ask(name, 'team'))
    expect(asked.map((one) => one.seat !== undefined)).toEqual([true, true, false])
    expect(asked[0]!.seat!.headers).toEqual({
      'x-kubernetes-pf-flowschema-uid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-kubernetes-pf-prioritylevel-uid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    asked[0]!.seat!.release()
    await settle()
    expect(asked[2]!.seat).toBeDefined()
  })

  test('a flood by one user does not starve another', async () => {
    await level('team', { nominalConcurrencyShares: 1, limitResponse: QUEUE, borrowingLimitPercent: 0 })
    const flood = Array.from({ length: 80 }, () => ask('loud', 'team'))
    const quiet = ask('quiet', 'team')
    expect(quiet.seat).toBeUndefined()
    let served = 0
    for (; quiet.seat === undefined && served < 80; served++) {
      flood.find((one) => one.seat !== undefined)!.seat!.release()
      flood.splice(
        flood.findIndex((one) => one.seat !== undefined),
        1,
      )
      await settle()
    }
    // The loud one has two queues, the quiet one another: it is served in the first rounds.
    expect(served).toBeLessThanOrEqual(4)
  })

  test('refuses with 429 where the queues of a flow are full, a level does not queue, or the wait is too long', async () => {
    const short = { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 1 } }
    await level('short', { nominalConcurrencyShares: 1, limitResponse: short, borrowingLimitPercent: 0 })
    await level('reject', { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' }, borrowingLimitPercent: 0 }, 200)
    const shorts = Array.from({ length: 4 }, () => ask('a', 'short'))
    const rejects = Array.from({ length: 3 }, () => ask('a', 'reject'))
    await settle()
    expect(shorts.map((one) => one.error instanceof TooManyRequests)).toEqual([false, false, false, true])
    expect(rejects.map((one) => one.error instanceof TooManyRequests)).toEqual([false, false, true])
    await server.clock.advance(15_000)
    expect(shorts[2]!.error).toBeInstanceOf(TooManyRequests)
    const reasons = [...flow.counts.all()].flatMap((one) => [...one.rejected.keys()].map((reason) => [one.level, reason]))
    expect(reasons).toEqual([
      ['short', 'queue-full'],
      ['short', 'time-out'],
      ['reject', 'concurrency-limit'],
    ])
  })

  test('lets go of a request whose client is gone', async () => {
    await level('team', { nominalConcurrencyShares: 1, limitResponse: QUEUE, borrowingLimitPercent: 0 })
    const [first, , third] = ['a', 'b', 'c'].map((name) => ask(name, 'team'))
    third!.gone()
    await settle()
    expect(third!.error).toBeInstanceOf(TooManyRequests)
    first!.seat!.release()
    await settle()
    expect(third!.seat).toBeUndefined()
    expect(flow.levels.get('team')!.inUse).toBe(1)
  })

  test('lends what a level may lend, and has it back', async () => {
    await level('giver', { nominalConcurrencyShares: 5, limitResponse: QUEUE, lendablePercent: 50, borrowingLimitPercent: 0 })
    await level('taker', { nominalConcurrencyShares: 1, limitResponse: QUEUE }, 200)
    // Of eleven shares: five seats for the giver, of which three can be lent (half of five, rounded), and one for the taker.
    const taken = Array.from({ length: 5 }, () => ask('a', 'taker'))
    expect(taken.filter((one) => one.seat !== undefined)).toHaveLength(4)
    const given = Array.from({ length: 3 }, () => ask('a', 'giver'))
    expect(given.filter((one) => one.seat !== undefined)).toHaveLength(2)
    for (const one of taken) one.seat?.release()
    await settle()
    expect(given.every((one) => one.seat !== undefined)).toBe(true)
  })

  test('serves exempt users always, and follows changes of the objects', async () => {
    await level('team', { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' }, borrowingLimitPercent: 0 })
    for (let at = 0; at < 20; at++) expect(ask('root', 'team', ['system:masters']).seat).toBeDefined()
    const asked = Array.from({ length: 3 }, () => ask('a', 'team'))
    await settle()
    expect(asked[2]!.error).toBeDefined()
    const patch = { spec: { limited: { nominalConcurrencyShares: 100 } } }
    expect((await server.patch(`${LEVELS}/team`, 'merge', patch)).code).toBe(200)
    expect(ask('a', 'team').seat).toBeDefined()
    await server.delete(`${SCHEMAS}/team`)
    ask('b', 'team')
    expect([...flow.counts.all()].find((one) => one.level === 'catch-all')?.dispatched).toBe(1)
  })
})
