import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { ANONYMOUS, authenticate, certificateAuthenticator, parseTokenFile, tokenAuthenticator } from './authenticator.ts'

const JANE = { name: 'jane', uid: '4', groups: ['dev'] }
const asking = (authorization?: string): IncomingMessage =>
  ({ headers: authorization === undefined ? {} : { authorization } }) as IncomingMessage
const withCertificate = (socket: object): IncomingMessage => ({ headers: {}, socket }) as IncomingMessage

describe('tokenAuthenticator()', () => {
  const tokens = [tokenAuthenticator(new Map([['usertoken', JANE]]))]

  test.each(['Bearer usertoken', 'bearer usertoken', ' Bearer usertoken '])('knows the user of %j', async (header) => {
    expect(await authenticate(tokens, asking(header))).toEqual({ ...JANE, groups: ['dev', 'system:authenticated'] })
  })

  test.each([undefined, 'Bearer ', 'Basic amFuZTpqYW5l'])('takes %j for nobody', async (header) => {
    expect(await authenticate(tokens, asking(header))).toBe(ANONYMOUS)
  })

  test('refuses a token that nobody has', async () => {
    await expect(authenticate(tokens, asking('Bearer other'))).rejects.toThrow('Unauthorized')
  })

  test('ignores a token after two blanks, and warns of it', async () => {
    const warnings: string[] = []
    expect(await authenticate(tokens, asking('Bearer  usertoken'), (text) => warnings.push(text))).toBe(ANONYMOUS)
    expect(warnings).toEqual(['the provided Authorization header contains extra space before the bearer token, and is ignored'])
  })
})

describe('certificateAuthenticator()', () => {
  test('takes the common name for the user and organisations for groups', async () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'admin', O: ['system:masters', 'dev'] } }) }
    expect(await authenticate([certificateAuthenticator()], withCertificate(socket))).toEqual({
      name: 'admin',
      groups: ['system:masters', 'dev', 'system:authenticated'],
    })
  })

  test('does not believe a certificate of another CA', async () => {
    const socket = { authorized: false, getPeerCertificate: () => ({ subject: { CN: 'admin', O: 'system:masters' } }) }
    expect(await authenticate([certificateAuthenticator()], withCertificate(socket))).toBe(ANONYMOUS)
  })
})

describe('parseTokenFile()', () => {
  test('reads tokens, users, uids and groups', async () => {
    const tokens = parseTokenFile('# comment\n\na,jane,4,"dev,ops"\nb,bob,5\n', 'f')
    expect([...tokens]).toEqual([
      ['a', { name: 'jane', uid: '4', groups: ['dev', 'ops'] }],
      ['b', { name: 'bob', uid: '5', groups: [] }],
    ])
  })

  test('names the line that it cannot read', async () => {
    expect(() => parseTokenFile('a,jane,4\nnonsense\n', 'tokens.csv')).toThrow('Cannot read token file "tokens.csv": line 2')
  })
})
