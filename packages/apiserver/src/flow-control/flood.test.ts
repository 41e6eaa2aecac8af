import { Agent, type IncomingMessage, request as send } from 'node:http'
import { ConfigMap } from '@kubetape/api/kinds'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ADMIN } from '../testing/test-server.ts'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'

const OBJECTS = 3000
const AT_ONCE = 200
/** So long that a list does not fit into what lies between server and client: it takes until its client has read it, and its seats with it. */
const FILLING = 'x'.repeat(2500)
const MAPS = '/api/v1/namespaces/default/configmaps'
const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1'
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const USERS = ['flooder', 'other'].map((name) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }))

let server: WireServer
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + 1 })
beforeAll(async () => {
  server = await startWireServer()
  const client = server.server.client(ADMIN, 'test')
  const make = (at: number): Promise<unknown> =>
    client.create(ConfigMap, { metadata: { namespace: 'default', name: `m${at}` }, data: { a: FILLING } })
  for (let at = 0; at < OBJECTS; at += 100) await Promise.all(Array.from({ length: 100 }, (_, more) => make(at + more)))
  const post = async (path: string, body: object): Promise<void> => {
    expect((await server.fetch(path, { method: 'POST', body })).status).toBe(201)
  }
  await post(`${RBAC}/clusterroles`, {
    metadata: { name: 'maps' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
  })
  await post(`${RBAC}/clusterrolebindings`, {
    metadata: { name: 'maps' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maps' },
    subjects: USERS,
  })
  // A level of its own for the two, of which a list of all objects takes nearly all seats, and whose queues are short.
  await post(`${FLOW_CONTROL}/prioritylevelconfigurations`, {
    metadata: { name: 'small' },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 5,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 2, queueLengthLimit: 10 } },
      },
    },
  })
  await post(`${FLOW_CONTROL}/flowschemas`, {
    metadata: { name: 'small' },
    spec: {
      priorityLevelConfiguration: { name: 'small' },
      matchingPrecedence: 100,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: USERS.map(({ name }) => ({ kind: 'User', user: { name } })),
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
        },
      ],
    },
  })
}, 60_000)
afterAll(async () => {
  agent.destroy()
  await server.close()
})

interface Answered {
  readonly code: number
  readonly retryAfter: string | undefined
  readonly bytes: number
}

/** A request of a user's, over a connection of its own when all others are busy. */
function ask(user: string, path: string): Promise<Answered> {
  const { hostname, port } = new URL(server.url)
  const headers = { authorization: 'Bearer admin', 'impersonate-user': user }
  return new Promise((resolve, reject) => {
    const sent = send({ hostname, port, path, agent, headers }, (response: IncomingMessage) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      response.on('error', reject)
      response.on('end', () => resolve({ code: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], bytes }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('a client with 200 lists of 3,000 objects in flight is told to come again, and others are answered before its queue is drained', async () => {
  const order: string[] = []
  let refused = (): void => undefined
  const firstRefusal = new Promise<void>((resolve) => (refused = resolve))
  const flood = Array.from({ length: AT_ONCE }, async () => {
    const answer = await ask('flooder', MAPS)
    order.push(answer.code === 200 ? 'list' : 'refusal')
    if (answer.code === 429) refused()
    return answer
  })
  await firstRefusal
  const others: number[] = []
  for (let at = 0; at < 5; at++) {
    others.push((await ask('other', `${MAPS}/m${at}`)).code)
    order.push('other')
  }
  const answers = await Promise.all(flood)
  expect(others).toEqual([200, 200, 200, 200, 200])
  const lists = answers.filter(({ code }) => code === 200)
  const refusals = answers.filter(({ code }) => code === 429)
  expect(lists.length + refusals.length).toBe(AT_ONCE)
  expect(new Set(refusals.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['1']))
  // One is served, and two queues of ten wait; a place that is given up meanwhile may be taken again.
  expect(lists.length).toBeGreaterThan(20)
  expect(refusals.length).toBeGreaterThan(100)
  expect(Math.min(...lists.map(({ bytes }) => bytes))).toBeGreaterThan(OBJECTS * FILLING.length)
  const after = order.slice(order.lastIndexOf('other')).filter((one) => one === 'list').length
  expect(after).toBeGreaterThan(10)
  // All seats have come back.
  expect((await ask('flooder', MAPS)).code).toBe(200)
}, 60_000)
