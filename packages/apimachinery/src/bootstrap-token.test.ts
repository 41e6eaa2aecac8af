import { describe, expect, test } from '@jest/globals'
import { BOOTSTRAP_TOKEN_TYPE, BootstrapToken, parseBootstrapToken } from './bootstrap-token.ts'

const tokenOf = (data: Record<string, string>): BootstrapToken =>
  BootstrapToken.of({
    type: BOOTSTRAP_TOKEN_TYPE,
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, btoa(text)])),
  })!

describe('parseBootstrapToken()', () => {
  test('reads the two parts of a token, and nothing else', () => {
    expect(parseBootstrapToken('abcdef.0123456789abcdef')).toEqual({ id: 'abcdef', secret: '0123456789abcdef' })
    for (const text of ['', 'abcdef', 'ABCDEF.0123456789abcdef', 'abcdef.0123456789abcde', 'abcdef.0123456789abcdef\n'])
      expect(parseBootstrapToken(text)).toBeUndefined()
  })
})

describe('BootstrapToken', () => {
  test('is what a Secret of its type has', () => {
    expect(tokenOf({ 'token-id': 'abcdef', 'token-secret': 's' })).toMatchObject({ id: 'abcdef', secret: 's', expirationMs: undefined })
    expect(BootstrapToken.of({ type: 'Opaque', data: {} })).toBeUndefined()
    expect(BootstrapToken.of({ type: BOOTSTRAP_TOKEN_TYPE })).toBeUndefined()
  })

  test('expires when it says, and at once when that cannot be read', () => {
    expect(tokenOf({ expiration: '2024-01-01T00:00:00Z' }).expirationMs).toBe(Date.UTC(2024, 0, 1))
    expect(tokenOf({ expiration: 'tomorrow' }).expirationMs).toBe(-Infinity)
  })

  test('has groups that only bootstrapping has', () => {
    expect(tokenOf({}).groups).toEqual(['system:bootstrappers'])
    const more = 'system:bootstrappers:worker,system:bootstrappers:a:b'
    expect(tokenOf({ 'auth-extra-groups': more }).groups).toEqual([
      'system:bootstrappers',
      'system:bootstrappers:a:b',
      'system:bootstrappers:worker',
    ])
    for (const group of ['system:masters', 'system:bootstrappers:', 'system:bootstrappers:x,system:masters'])
      expect(tokenOf({ 'auth-extra-groups': group }).groups).toBeUndefined()
  })

  test('is used for what it is meant for', () => {
    const token = tokenOf({ 'usage-bootstrap-authentication': 'true', 'usage-bootstrap-signing': 'yes' })
    expect([token.mayBeUsedFor('authentication'), token.mayBeUsedFor('signing')]).toEqual([true, false])
  })
})
