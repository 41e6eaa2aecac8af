import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

const API = 'https://kubernetes.default.svc.cluster.local'
let server: TestServer

beforeEach(async () => {
  server = await TestServer.start()
  await server.create('serviceaccounts', { metadata: { name: 'robot' } })
  await server.create('pods', { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'x' }] } })
})

const ask = (spec: object, account = 'robot'): ReturnType<TestServer['create']> =>
  server.create(`serviceaccounts/${account}/token`, { spec })
const toPod = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }

function claimsOf(body: object): Record<string, unknown> {
  const { token } = (body as { status: { token: string } }).status
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as Record<string, unknown>
}

describe('requestToken()', () => {
  test('answers an hour for the API server when nothing is asked', async () => {
    const { code, body } = await ask({})
    expect({ code, body }).toMatchObject({
      code: 201,
      body: {
        kind: 'TokenRequest',
        metadata: { name: 'robot' },
        spec: { audiences: [API], expirationSeconds: 3600, boundObjectRef: null },
      },
    })
    const { exp, iat, nbf, jti, ...rest } = claimsOf(body)
    expect([Number(exp) - Number(iat), nbf, typeof jti]).toEqual([3600, iat, 'string'])
    expect(rest).toMatchObject({ sub: 'system:serviceaccount:default:robot', 'kubernetes.io': { serviceaccount: { name: 'robot' } } })
  })

  test("stretches what a Pod's volume asks for to a year, with the time after which it is warned", async () => {
    const seconds = async (spec: object): Promise<unknown> => {
      const claims = claimsOf((await ask({ expirationSeconds: 3607, ...spec })).body)
      const { warnafter } = claims['kubernetes.io'] as { warnafter?: number }
      return [Number(claims['exp']) - Number(claims['iat']), warnafter === undefined ? undefined : warnafter - Number(claims['iat'])]
    }
    expect(await seconds(toPod)).toEqual([365 * 24 * 3600, 3607])
    expect(await seconds({})).toEqual([3607, undefined])
    expect(await seconds({ ...toPod, audiences: ['vault'] })).toEqual([3607, undefined])
  })

  test('binds to a Pod of the account alone', async () => {
    await server.create('serviceaccounts', { metadata: { name: 'other' } })
    expect((await ask(toPod, 'other')).body).toMatchObject({
      code: 400,
      message: 'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    })
  })

  test.each([
    [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c' }, 400, 'cannot bind token to object of type /v1, Kind=ConfigMap'],
    [{ apiVersion: 'apps/v1', kind: 'Pod', name: 'p' }, 400, 'cannot bind token to object of type apps/v1, Kind=Pod'],
    [{ apiVersion: 'v1', kind: 'Node', name: 'gone' }, 404, 'nodes "gone" not found'],
    [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'x' }, 409, expect.stringContaining('the UID in the bound object reference (x)')],
  ])('refuses to bind to %j', async (boundObjectRef, code, message) => {
    expect((await ask({ boundObjectRef })).body).toMatchObject({ code, message })
  })

  test('refuses nodes, leaves out ids and nodes of Pods, when those gates are off', async () => {
    const gates = { ServiceAccountTokenNodeBinding: false, ServiceAccountTokenJTI: false, ServiceAccountTokenPodNodeInfo: false }
    server = await TestServer.start({ gates })
    await server.create('serviceaccounts', { metadata: { name: 'robot' } })
    await server.create('nodes', { metadata: { name: 'n' } })
    await server.create('pods', {
      metadata: { name: 'p' },
      spec: { serviceAccountName: 'robot', nodeName: 'n', containers: [{ name: 'c', image: 'x' }] },
    })
    expect((await ask({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n' } })).body).toMatchObject({
      message: 'cannot bind token to a Node object as the "ServiceAccountTokenNodeBinding" feature-gate is disabled',
    })
    const claims = claimsOf((await ask(toPod)).body)
    expect(claims).not.toHaveProperty('jti')
    expect(claims['kubernetes.io']).not.toHaveProperty('node')
  })

  test('stores nothing', async () => {
    const before = server.storage.revision
    await ask({})
    expect(server.storage.revision).toBe(before)
  })
})

describe('reviewToken() and reviewSelf()', () => {
  test('tell who somebody is', async () => {
    const answer = await server.create('authentication.k8s.io/v1/selfsubjectreviews', {})
    expect(answer).toMatchObject({ code: 201, body: { status: { userInfo: { username: 'admin' } } } })
    const { token } = ((await ask({ audiences: ['vault'] })).body as unknown as { status: { token: string } }).status
    const review = await server.create('authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences: ['vault', 'x'] } })
    expect(review.body).toMatchObject({ status: { authenticated: true, audiences: ['vault'] } })
    expect((await server.create('authentication.k8s.io/v1/tokenreviews', {})).body).toMatchObject({ code: 400 })
  })
})
