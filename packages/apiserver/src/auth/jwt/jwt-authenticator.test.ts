import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, SignJWT } from 'jose'
import { NO_REMARKS } from '../authenticator.ts'
import { jwtAuthenticator } from './jwt-authenticator.ts'
import type { JwtConfig } from './jwt-config.ts'

const URL = 'https://issuer.example.com'
const clock = new VirtualClock()
let keys: Record<'one' | 'two', GenerateKeyPairResult>
/** What the issuer publishes, and how often it was asked. */
let published: ('one' | 'two')[]
let asked: string[]

beforeAll(async () => {
  keys = { one: await generateKeyPair('ES256'), two: await generateKeyPair('ES256') }
})
beforeEach(() => {
  published = ['one']
  asked = []
})

const read = async (url: string): Promise<unknown> => {
  asked.push(url)
  if (url.endsWith('/openid-configuration')) return { issuer: URL, jwks_uri: `${URL}/keys` }
  return { keys: await Promise.all(published.map(async (kid) => ({ ...(await exportJWK(keys[kid].publicKey)), kid, alg: 'ES256' }))) }
}

const now = (): number => Math.floor(clock.wallMs() / 1000)
const tokenOf = (claims: object, kid: 'one' | 'two' = 'one'): Promise<string> =>
  new SignJWT({ iss: URL, aud: 'app', exp: now() + 600, sub: 'jane', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(keys[kid].privateKey)

const SUB: JwtConfig = {
  issuer: { url: URL, audiences: ['app'] },
  claimMappings: { username: { claim: 'sub', prefix: 'oidc:' }, groups: { claim: 'groups', prefix: 'g:' } },
}
const make = (config: Partial<JwtConfig> = {}): ReturnType<typeof jwtAuthenticator> =>
  jwtAuthenticator({ ...SUB, ...config }, { clock, apiAudiences: ['api'], read })
const know = async (config: Partial<JwtConfig>, claims: object): Promise<unknown> =>
  make(config).authenticate(await tokenOf(claims), ['api'], NO_REMARKS)

describe('jwtAuthenticator()', () => {
  test('knows users by a claim, and their groups', async () => {
    expect(await know({}, { groups: ['dev'] })).toEqual({ user: { name: 'oidc:jane', groups: ['g:dev'] }, audiences: ['api'] })
    expect(await know({}, { groups: 'dev' })).toMatchObject({ user: { groups: ['g:dev'] } })
  })

  test('says nothing of tokens of others, and of those that are for other audiences than ours', async () => {
    expect(await know({}, { iss: 'https://other.example.com' })).toBeUndefined()
    expect(await make().authenticate('nonsense', ['api'], NO_REMARKS)).toBeUndefined()
    expect(await make().authenticate(await tokenOf({}), ['vault'], NO_REMARKS)).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('makes users of expressions', async () => {
    const config: Partial<JwtConfig> = {
      claimMappings: {
        username: { expression: "claims.sub + '@corp'" },
        groups: { expression: "claims.roles.split(',')" },
        uid: { claim: 'id' },
        extra: [{ key: 'example.com/tenant', valueExpression: 'claims.tenant' }],
      },
      claimValidationRules: [{ expression: 'claims.level >= 2', message: 'level too low' }],
      userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: 'reserved name' }],
    }
    const claims = { roles: 'a,b', id: '7', tenant: 't', level: 2 }
    expect(await know(config, claims)).toMatchObject({
      user: { name: 'jane@corp', uid: '7', groups: ['a', 'b'], extra: { 'example.com/tenant': ['t'] } },
    })
    await expect(know(config, { ...claims, level: 1 })).rejects.toThrow(
      "oidc: validation expression 'claims.level >= 2' failed: level too low",
    )
    await expect(know(config, { ...claims, sub: 'system:boss' })).rejects.toThrow('failed: reserved name')
    await expect(know(config, { ...claims, roles: undefined })).rejects.toThrow(
      'oidc: error evaluating group claim expression: no such key: roles',
    )
  })

  test.each([
    [{ aud: 'other' }, 'oidc: verify token: oidc: expected audience in ["app"] got ["other"]'],
    [{ exp: 1 }, 'oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01T00:00:01.000Z)'],
    [{ exp: undefined }, 'oidc: token is expired'],
    [{ nbf: 9e9 }, 'current time is before the nbf'],
    [{ sub: undefined }, 'oidc: parse username claims "sub": claim not present'],
    [{ groups: [1] }, 'it is neither a string nor a list of strings'],
  ])('refuses claims %j', async (claims, why) => {
    await expect(know({}, claims)).rejects.toThrow(why)
  })

  test('refuses an address that is not proved, and a claim that is not what is required', async () => {
    const byEmail: Partial<JwtConfig> = { claimMappings: { username: { claim: 'email', prefix: '' } } }
    expect(await know(byEmail, { email: 'j@x', email_verified: true })).toMatchObject({ user: { name: 'j@x' } })
    await expect(know(byEmail, { email: 'j@x', email_verified: false })).rejects.toThrow('oidc: email not verified')
    const required: Partial<JwtConfig> = { claimValidationRules: [{ claim: 'hd', requiredValue: 'corp' }] }
    await expect(know(required, {})).rejects.toThrow('oidc: required claim hd not present in ID token')
    await expect(know(required, { hd: 'x' })).rejects.toThrow('oidc: required claim hd value does not match. Got = x, want = corp')
  })

  test('asks for keys that it does not know, but not for each token', async () => {
    const authenticator = make()
    const ask = async (kid: 'one' | 'two'): Promise<unknown> => authenticator.authenticate(await tokenOf({}, kid), ['api'], NO_REMARKS)
    expect(await ask('one')).toBeDefined()
    await expect(ask('two')).rejects.toThrow('oidc: verify token: failed to verify signature')
    expect(asked).toHaveLength(2)
    published = ['one', 'two']
    await clock.advance(10_000)
    expect(await ask('two')).toBeDefined()
    expect(asked).toHaveLength(4)
  })

  test('refuses while its issuer cannot be asked, and asks again', async () => {
    let isDown = true
    const failing = async (url: string): Promise<unknown> => (isDown ? Promise.reject(new Error('connection refused')) : read(url))
    const authenticator = jwtAuthenticator(SUB, { clock, apiAudiences: ['api'], read: failing })
    const token = await tokenOf({})
    await expect(authenticator.authenticate(token, ['api'], NO_REMARKS)).rejects.toThrow(
      'oidc: authenticator not initialized: connection refused',
    )
    isDown = false
    expect(await authenticator.authenticate(token, ['api'], NO_REMARKS)).toBeDefined()
  })
})
