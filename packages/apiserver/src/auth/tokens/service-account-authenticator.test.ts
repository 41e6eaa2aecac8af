import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { NO_REMARKS } from '../authenticator.ts'
import { DEFAULT_ISSUER } from '../apiserver-identities.ts'
import { TestServer } from '../../testing/test-server.ts'
import { serviceAccountTokens } from './service-account-authenticator.ts'
import { readSigningKey, SigningKeys } from './signing-keys.ts'

let server: TestServer

const POD = { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', nodeName: 'n1', containers: [{ name: 'c', image: 'x' }] } }

beforeEach(async () => {
  server = await TestServer.start()
  await server.create('serviceaccounts', { metadata: { name: 'robot' } })
})

async function token(spec: object = {}): Promise<string> {
  const { body } = await server.create('serviceaccounts/robot/token', { spec })
  return (body as unknown as { status: { token: string } }).status.token
}

const review = (of: string, audiences: readonly string[] = [DEFAULT_ISSUER]): Promise<unknown> => server.identities.review(of, audiences)

const refusal = (why: string): object => ({ error: `[invalid bearer token, ${why}]` })

describe('serviceAccountTokens()', () => {
  test('knows the account, its groups and the id of its token', async () => {
    expect(await review(await token())).toEqual({
      user: {
        name: 'system:serviceaccount:default:robot',
        uid: expect.any(String),
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
      },
      audiences: [DEFAULT_ISSUER],
    })
  })

  test('says in which Pod and on which node the account is', async () => {
    await server.create('nodes', { metadata: { name: 'n1' } })
    await server.create('pods', POD)
    const made = await token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } })
    expect(await review(made)).toMatchObject({
      user: {
        extra: {
          'authentication.kubernetes.io/pod-name': ['p'],
          'authentication.kubernetes.io/pod-uid': [expect.any(String)],
          'authentication.kubernetes.io/node-name': ['n1'],
          'authentication.kubernetes.io/node-uid': [expect.any(String)],
        },
      },
    })
    // A Pod's token outlives the node: the Pod is what it is bound to.
    await server.delete('nodes/n1')
    expect(await review(made)).toHaveProperty('user')
    await server.delete('pods/p', { gracePeriodSeconds: 0 })
    expect(await review(made)).toEqual(refusal('service account token has been invalidated'))
  })

  test("lets a node's token die with the node", async () => {
    await server.create('nodes', { metadata: { name: 'n1' } })
    const made = await token({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n1' } })
    expect(await review(made)).toMatchObject({ user: { extra: { 'authentication.kubernetes.io/node-name': ['n1'] } } })
    await server.delete('nodes/n1')
    expect(await review(made)).toEqual(refusal('service account token has been invalidated'))
    await server.create('nodes', { metadata: { name: 'n1' } })
    expect(await review(made)).toEqual({ error: expect.stringMatching(/node UID \(.*\) does not match service account node ref claim/) })
  })

  test('refuses tokens of an account that is gone, or was made anew', async () => {
    const made = await token()
    await server.delete('serviceaccounts/robot')
    expect(await review(made)).toEqual(refusal('serviceaccounts "robot" not found'))
    await server.create('serviceaccounts', { metadata: { name: 'robot' } })
    expect(await review(made)).toEqual({ error: expect.stringMatching(/service account UID \(.*\) does not match claim/) })
  })

  test('refuses a token a minute after its end', async () => {
    const made = await token({ expirationSeconds: 600 })
    await server.clock.advance(655_000)
    expect(await review(made)).toHaveProperty('user')
    await server.clock.advance(10_000)
    expect(await review(made)).toEqual(refusal('service account token has expired'))
  })

  test('believes only its own keys, and a token for its audience', async () => {
    const made = await token()
    expect(await review(`${made.slice(0, -6)}AAAAAA`)).toEqual(refusal('square/go-jose: error in cryptographic primitive'))
    expect(await review(made, ['vault'])).toEqual(
      refusal(`token audiences ["${DEFAULT_ISSUER}"] is invalid for the target audiences ["vault"]`),
    )
    expect(await review('a.b.c')).toEqual({ error: 'invalid bearer token' })
  })

  test('notes the use of a token that lives on for those who never read it again', async () => {
    await server.create('pods', POD)
    const made = await token({ expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } })
    await server.clock.advance(3_617_000)
    const notes: [string, string][] = []
    const remarks = { warn: () => undefined, annotate: (key: string, value: string) => void notes.push([key, value]) }
    await server.identities.authentication.authenticate({ headers: { authorization: `Bearer ${made}` }, socket: {} } as never, '/', remarks)
    expect(notes).toEqual([
      ['authentication.k8s.io/stale-token', 'subject: system:serviceaccount:default:robot, seconds after warning threshold: 10'],
    ])
  })

  test('believes tokens of older keys and of former issuers', async () => {
    const [older, newer] = [0, 1].map(() => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    })
    const { storage, clock } = server
    const gates = { enabled: () => true }
    const uid = (await server.get('serviceaccounts/robot')).body.metadata!.uid
    const claims = {
      iss: 'https://former',
      aud: ['api'],
      sub: 'system:serviceaccount:default:robot',
      exp: clock.wallMs() / 1000 + 600,
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid } },
    }
    const made = new SigningKeys([older!]).sign(claims)
    const asked = (issuers: string[]): unknown =>
      serviceAccountTokens({ storage, clock, gates, keys: new SigningKeys([newer!, older!]), issuers, apiAudiences: ['api'] }).authenticate(
        made,
        ['api'],
        NO_REMARKS,
      )
    expect(await asked(['https://now', 'https://former'])).toMatchObject({ user: { uid } })
    expect(await asked(['https://now'])).toBeUndefined()
  })
})
