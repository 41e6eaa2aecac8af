import { describe, expect, test } from '@jest/globals'
import { parseAuthenticationConfig } from './parse-config.ts'

const HEAD = { apiVersion: 'apiserver.config.k8s.io/v1beta1', kind: 'AuthenticationConfiguration' }
const GOOD = {
  issuer: { url: 'https://a.example.com', audiences: ['app'] },
  claimMappings: { username: { claim: 'sub', prefix: '' } },
}
const parse = (jwt: object[], more: object = {}): unknown =>
  parseAuthenticationConfig(JSON.stringify({ ...HEAD, jwt, ...more }), 'auth.yaml', ['https://own.example.com'])
const issuer = (more: object): object => ({ ...GOOD, issuer: { ...GOOD.issuer, ...more } })
const mappings = (more: object): object => ({ ...GOOD, claimMappings: { ...GOOD.claimMappings, ...more } })

describe('parseAuthenticationConfig()', () => {
  test('reads issuers and who may come without credentials', () => {
    const anonymous = { enabled: true, conditions: [{ path: '/livez' }] }
    expect(parse([GOOD], { anonymous })).toEqual({ jwt: [GOOD], anonymous })
  })

  test.each([
    [issuer({ url: '' }), 'jwt[0].issuer.url is required'],
    [issuer({ url: 'http://a.example.com' }), 'jwt[0].issuer.url must begin with https'],
    [issuer({ url: 'https://a.example.com?x' }), 'must not have a user name, query or fragment'],
    [issuer({ url: 'https://own.example.com' }), 'must not be that of service account tokens'],
    [issuer({ audiences: [] }), 'jwt[0].issuer.audiences must be a list of at least one text'],
    [issuer({ audiences: ['a', 'b'] }), 'audienceMatchPolicy must be MatchAny for multiple audiences'],
    [issuer({ discoveryURL: 'https://a.example.com/' }), 'discoveryURL must be another one than the url'],
    [issuer({ certificateAuthority: 'x' }), 'certificateAuthority has no certificate in it'],
    [mappings({ username: {} }), 'jwt[0].claimMappings.username: claim or expression is required'],
    [mappings({ username: { claim: 'sub' } }), 'jwt[0].claimMappings.username.prefix is required when claim is set'],
    [mappings({ username: { claim: 'sub', expression: 'claims.sub' } }), 'claim and expression cannot both be set'],
    [mappings({ username: { expression: 'claims.' } }), 'jwt[0].claimMappings.username.expression: compilation failed'],
    [mappings({ username: { expression: '1' } }), 'must evaluate to string'],
    [mappings({ username: { expression: 'claims.email' } }), 'claims.email_verified must be used'],
    [mappings({ extra: [{ key: 'x.k8s.io/a', valueExpression: 'claims.a' }] }), 'must not be of a domain that is reserved for Kubernetes'],
    [mappings({ extra: [{ key: 'Tenant', valueExpression: 'claims.a' }] }), 'extra[0].key must be a path with a domain in lower case'],
    [{ ...GOOD, claimValidationRules: [{}] }, 'claimValidationRules[0]: claim or expression is required'],
    [{ ...GOOD, claimValidationRules: [{ expression: "'a'" }] }, 'claimValidationRules[0].expression: must evaluate to bool'],
    [{ ...GOOD, userValidationRules: [{ expression: 'claims.x' }] }, "undeclared reference to 'claims'"],
    [{ ...GOOD, claimValidationRule: [] }, 'it has no field jwt[0].claimValidationRule'],
  ])('refuses %j', (jwt, why) => {
    expect(() => parse([jwt])).toThrow(why)
    expect(() => parse([jwt])).toThrow(/^Cannot use the authentication configuration "auth.yaml": /)
  })

  test('refuses an issuer that is there twice, conditions without access, and other kinds', () => {
    expect(() => parse([GOOD, GOOD])).toThrow('jwt[1].issuer: https://a.example.com is there twice')
    expect(() => parse([], { anonymous: { enabled: false, conditions: [{ path: '/a' }] } })).toThrow(
      'must not be set when anonymous.enabled is false',
    )
    expect(() => parseAuthenticationConfig('kind: Policy', 'f')).toThrow('it must have apiVersion')
    expect(() => parseAuthenticationConfig('a: {', 'f')).toThrow('Cannot use the authentication configuration "f"')
  })
})
