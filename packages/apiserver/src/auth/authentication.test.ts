import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import type { AnonymousAccess } from './anonymous-access.ts'
import { Authentication } from './authentication.ts'
import { ANONYMOUS, AuthenticationError, type Authenticator, type TokenAuthenticator } from './authenticator.ts'
import { staticTokens } from './static-tokens.ts'

const JANE = { name: 'jane', uid: '4', groups: ['dev'] }
const asking = (authorization?: string, more: object = {}): IncomingMessage =>
  ({ headers: { ...(authorization === undefined ? {} : { authorization }), ...more } }) as IncomingMessage

function authentication(
  options: { tokens?: readonly TokenAuthenticator[]; requests?: readonly Authenticator[]; anonymous?: AnonymousAccess } = {},
): Authentication {
  const { tokens = [], requests = [], anonymous = { enabled: true } } = options
  const all = [staticTokens(new Map([['usertoken', JANE]]), ['api']), ...tokens]
  return new Authentication({ requests: () => requests, tokens: () => all, apiAudiences: ['api'], anonymous: () => anonymous })
}

const wrong = (message: string): TokenAuthenticator => ({
  authenticate: () => {
    throw new AuthenticationError(message)
  },
})

describe('Authentication.authenticate()', () => {
  test.each(['Bearer usertoken', 'bearer usertoken', ' Bearer usertoken '])('knows the user of %j', async (header) => {
    expect(await authentication().authenticate(asking(header), '/')).toEqual({ ...JANE, groups: ['dev', 'system:authenticated'] })
  })

  test.each([undefined, 'Bearer ', 'Basic amFuZTpqYW5l'])('takes %j for nobody', async (header) => {
    expect(await authentication().authenticate(asking(header), '/')).toBe(ANONYMOUS)
  })

  test('knows a token that a WebSocket carries among its protocols, beside another', async () => {
    const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from('usertoken').toString('base64url')}`
    const ask = (protocols: string): Promise<unknown> =>
      authentication().authenticate(asking(undefined, { 'sec-websocket-protocol': protocols }), '/')
    expect(await ask(`v4.channel.k8s.io, ${protocol}`)).toMatchObject({ name: 'jane' })
    expect(await ask(protocol)).toBe(ANONYMOUS)
  })

  test('refuses a token that nobody knows', async () => {
    await expect(authentication().authenticate(asking('Bearer other'), '/')).rejects.toThrow('Unauthorized')
  })

  test('lets in whom one method knows, whatever another has against it', async () => {
    const requests = [{ authenticate: () => Promise.reject(new AuthenticationError('bad certificate')) }]
    expect(await authentication({ requests }).authenticate(asking('Bearer usertoken'), '/')).toMatchObject({ name: 'jane' })
    await expect(authentication({ requests }).authenticate(asking(), '/')).rejects.toThrow('Unauthorized')
  })

  test('ignores a token after two blanks, and warns of it', async () => {
    const warnings: string[] = []
    const remarks = { warn: (text: string) => void warnings.push(text), annotate: () => undefined }
    expect(await authentication().authenticate(asking('Bearer  usertoken'), '/', remarks)).toBe(ANONYMOUS)
    expect(warnings).toEqual(['the provided Authorization header contains extra space before the bearer token, and is ignored'])
  })

  test('lets nobody in when anonymous access is off, and only at its paths when it has some', async () => {
    const off = authentication({ anonymous: { enabled: false } })
    await expect(off.authenticate(asking(), '/livez')).rejects.toThrow('Unauthorized')
    const some = authentication({ anonymous: { enabled: true, paths: ['/livez'] } })
    expect(await some.authenticate(asking(), '/livez')).toBe(ANONYMOUS)
    await expect(some.authenticate(asking(), '/readyz')).rejects.toThrow('Unauthorized')
  })

  test('passes on what is no refusal but a failure of its own', async () => {
    const broken = { authenticate: () => Promise.reject(new Error('bug')) }
    await expect(authentication({ requests: [broken] }).authenticate(asking(), '/')).rejects.toThrow('bug')
  })
})

describe('Authentication.review()', () => {
  test('tells all that there is against a token, each once', async () => {
    const tokens = [wrong('too old'), wrong('too old'), wrong('of another')]
    expect(await authentication({ tokens }).review('x', ['api'])).toEqual({ error: '[invalid bearer token, too old, of another]' })
    expect(await authentication().review('x', ['api'])).toEqual({ error: 'invalid bearer token' })
  })

  test('tells whose a token is, and for which audiences', async () => {
    expect(await authentication().review('usertoken', ['api', 'vault'])).toEqual({
      user: { ...JANE, groups: ['dev', 'system:authenticated'] },
      audiences: ['api'],
    })
  })
})
