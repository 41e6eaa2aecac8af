import { beforeEach, describe, expect, test } from '@jest/globals'
import { InProcessClient } from '../../in-process-client.ts'
import { ADMIN, TestServer } from '../../testing/test-server.ts'
import { KeptConfigMap } from '../kept-config-map.ts'
import { missingSince, noteUse, TRACKING_CONFIG_MAP } from './legacy-token-tracking.ts'
import type { LegacyTokenUse } from './legacy-token.ts'

const API = 'https://kubernetes.default.svc.cluster.local'
let server: TestServer
let token: string
let uses: LegacyTokenUse[]

beforeEach(async () => {
  server = await TestServer.start()
  uses = []
  server.identities.onLegacyUse = (use) => void uses.push(use)
  const { body } = await server.create('serviceaccounts', { metadata: { name: 'robot' } })
  token = server.identities.serviceAccounts.sign({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 't',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': body.metadata!.uid,
    sub: 'system:serviceaccount:default:robot',
  })
  await server.create('secrets', {
    metadata: { name: 't', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
    stringData: { token },
  })
})

const review = (of = token): Promise<unknown> => server.identities.review(of, [API])
const refusal = (why: string): object => ({ error: `[invalid bearer token, ${why}]` })

describe('checkLegacyToken()', () => {
  test('knows the account of a token that its Secret has', async () => {
    expect(await review()).toMatchObject({ user: { name: 'system:serviceaccount:default:robot' }, audiences: [API] })
    expect(uses).toMatchObject([{ secret: { metadata: { name: 't' } } }])
  })

  test('refuses a token of another Secret, of a former account, and of one that is gone', async () => {
    await server.patch('secrets/t', 'merge', { stringData: { token: 'another' } })
    expect(await review()).toEqual(refusal("Token does not match server's copy"))
    await server.patch('secrets/t', 'merge', { stringData: { token } })
    await server.delete('serviceaccounts/robot')
    expect(await review()).toEqual(refusal('serviceaccounts "robot" not found'))
    await server.create('serviceaccounts', { metadata: { name: 'robot' } })
    expect(await review()).toEqual({ error: expect.stringMatching(/ServiceAccount UID \(.*\) does not match claim/) })
    await server.delete('secrets/t')
    expect(await review()).toEqual(refusal('Token has been invalidated'))
  })

  test('refuses a token that is marked, and says how to have it back', async () => {
    await server.patch('secrets/t', 'merge', { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2024-01-01' } } })
    expect(await review()).toEqual({
      error: expect.stringContaining('the token in secret default/t for service account default/robot has been marked invalid'),
    })
  })

  test('warns of a token that was made for the account by itself', async () => {
    await server.patch('serviceaccounts/robot', 'merge', { secrets: [{ name: 't' }] })
    const warnings: string[] = []
    const remarks = { warn: (text: string) => void warnings.push(text), annotate: () => undefined }
    const request = { headers: { authorization: `Bearer ${token}` }, socket: {} }
    await server.identities.authentication.authenticate(request as never, '/', remarks)
    expect(warnings).toEqual([expect.stringMatching(/^Use tokens from the TokenRequest API/)])
  })
})

describe('noteUse() and missingSince()', () => {
  test('note the day of the last use once a day', async () => {
    const client = new InProcessClient(server.registry, { user: ADMIN, userAgent: 'test' })
    const note = async (): Promise<string | undefined> => {
      await review()
      const noted = noteUse(client, uses.at(-1)!)
      await server.clock.advance(1000)
      await noted
      return (await server.get('secrets/t')).body.metadata?.labels?.['kubernetes.io/legacy-token-last-used']
    }
    const today = new Date(server.clock.wallMs()).toISOString().slice(0, 10)
    expect(await note()).toBe(today)
    const { revision } = server.storage
    expect(await note()).toBe(today)
    expect(server.storage.revision).toBe(revision)
    await server.clock.advance(24 * 3600 * 1000)
    expect(await note()).not.toBe(today)
  })

  test('say since when uses are noted, where that is not said', async () => {
    const now = Date.parse('2024-02-03T10:00:00Z')
    expect(missingSince({}, now)).toEqual({ since: '2024-02-03' })
    expect(missingSince({ since: 'soon' }, now)).toEqual({ since: '2024-02-03' })
    expect(missingSince({ since: '2023-01-01' }, now)).toBeUndefined()
  })
})

describe('KeptConfigMap', () => {
  test('is put back when it is deleted or changed, and leaves alone what is not its own', async () => {
    await server.send('create', 'namespaces', { metadata: { name: 'kube-system' } })
    const { storage, clock, registry } = server
    const client = new InProcessClient(registry, { user: ADMIN, userAgent: 'test' })
    const name = TRACKING_CONFIG_MAP
    const missing = (data: Readonly<Record<string, string>>): Record<string, string> | undefined =>
      data['a'] === 'b' ? undefined : { a: 'b' }
    const started = new KeptConfigMap({ client, storage, clock, name, missing, onError: (error) => expect(error).toBeUndefined() }).start()
    await clock.advance(1)
    const stop = await started
    const data = (): unknown =>
      (storage.get({ group: '', resource: 'configmaps' }, 'kube-system', name)?.object as { data?: unknown } | undefined)?.data
    const change = (body: object): Promise<unknown> =>
      server.send('patch', `configmaps/${name}`, body, {}, { namespace: 'kube-system', patchType: 'merge' })
    expect(data()).toEqual({ a: 'b' })
    await change({ data: { a: 'x', more: 'y' } })
    await clock.advance(1)
    expect(data()).toEqual({ a: 'b', more: 'y' })
    await server.send('delete', `configmaps/${name}`, undefined, {}, { namespace: 'kube-system' })
    await clock.advance(1)
    expect(data()).toEqual({ a: 'b' })
    stop()
  })
})
