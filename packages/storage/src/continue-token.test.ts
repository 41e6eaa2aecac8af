import { describe, expect, test } from '@jest/globals'
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts'

const token = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

describe('encodeContinueToken()', () => {
  test('makes what upstream makes: the key below the scope behind a slash, ended by a NUL', () => {
    const text = encodeContinueToken({ revision: 7, after: 'default/a' }, 'default/')
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(JSON.parse(Buffer.from(text, 'base64url').toString())).toEqual({ v: 'meta.k8s.io/v1', rv: 7, start: '/a\u0000' })
  })
})

describe('decodeContinueToken()', () => {
  test.each([
    ['', 'web'],
    ['', 'default/web'],
    ['default/', 'default/web'],
    ['', 'system:node'],
  ])('reads what was encoded in scope "%s" after "%s"', (scope, after) => {
    for (const revision of [1, 2 ** 40, -1])
      expect(decodeContinueToken(encodeContinueToken({ revision, after }, scope), scope)).toEqual({ revision, after })
  })

  test('reads a start without slash and NUL', () => {
    expect(decodeContinueToken(token({ v: 'meta.k8s.io/v1', rv: 3, start: 'a' }), 'default/')).toEqual({ revision: 3, after: 'default/a' })
  })

  test.each([
    ['no base64', '!!!', 'illegal base64 data at input byte 0'],
    ['padding', `${token('{}')}=`, 'illegal base64 data at input byte 3'],
    ['no JSON', token('text'), "invalid character 'e' in literal true (expecting 'r')"],
    ['no JSON at all', token('xyz'), "invalid character 'x' looking for beginning of value"],
    [
      'another apiVersion',
      token({ v: 'meta.k8s.io/v9', rv: 1, start: '/a' }),
      'server does not recognize this encoded version meta.k8s.io/v9',
    ],
    ['no apiVersion', token({ rv: 1, start: '/a' }), 'server does not recognize this encoded version '],
    ['no start', token({ v: 'meta.k8s.io/v1', rv: 1 }), 'encoded start key empty (version meta.k8s.io/v1)'],
    ['a start above the prefix', token({ v: 'meta.k8s.io/v1', rv: 1, start: '../../x' }), '../../x'],
    ['a start above the prefix behind a slash', token({ v: 'meta.k8s.io/v1', rv: 1, start: '/a/../x' }), '/a/../x'],
    ['revision 0', token({ v: 'meta.k8s.io/v1', rv: 0, start: '/a' }), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    ['a start that is no clean path', token({ v: 'meta.k8s.io/v1', rv: 1, start: '/a//b' }), '/a//b'],
    ['null', token('null'), 'server does not recognize this encoded version '],
    ['an array', token([]), 'json: cannot unmarshal array into Go value of type storage.continueToken'],
    ['a number', token('7'), 'json: cannot unmarshal number into Go value of type storage.continueToken'],
    [
      'a revision that is a string',
      token({ v: 'meta.k8s.io/v1', rv: '1', start: '/a' }),
      'json: cannot unmarshal string into Go struct field continueToken.rv of type int64',
    ],
    [
      'a revision with a fraction',
      token({ v: 'meta.k8s.io/v1', rv: 1.5, start: '/a' }),
      'json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64',
    ],
    ['half a byte', 'AAAAA', 'illegal base64 data at input byte 4'],
    ['no revision', token({ v: 'meta.k8s.io/v1', start: '/a' }), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
  ])("R8 refuses %s with 400 in upstream's words", (_what, text, why) => {
    expect(() => decodeContinueToken(text, '')).toThrow(
      expect.objectContaining({
        httpCode: 400,
        reason: 'BadRequest',
        message: `invalid continue token: continue key is not valid: ${why}`,
      }),
    )
  })
})
