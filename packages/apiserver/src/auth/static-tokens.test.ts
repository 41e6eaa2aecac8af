import { describe, expect, test } from '@jest/globals'
import { NO_REMARKS } from './authenticator.ts'
import { parseTokenFile, staticTokens } from './static-tokens.ts'

const JANE = { name: 'jane', uid: '4', groups: ['dev'] }

describe('staticTokens()', () => {
  const tokens = staticTokens(new Map([['usertoken', JANE]]), ['api'])

  test('knows the user of a token, for the API server alone', () => {
    expect(tokens.authenticate('usertoken', ['vault', 'api'], NO_REMARKS)).toEqual({ user: JANE, audiences: ['api'] })
    expect(tokens.authenticate('usertoken', ['vault'], NO_REMARKS)).toBeUndefined()
  })

  test('does not know others', () => {
    expect(tokens.authenticate('other', ['api'], NO_REMARKS)).toBeUndefined()
  })
})

describe('parseTokenFile()', () => {
  test('reads tokens, users, uids and groups', () => {
    const tokens = parseTokenFile('# comment\n\na,jane,4,"dev,ops"\nb,bob,5\n', 'f')
    expect([...tokens]).toEqual([
      ['a', { name: 'jane', uid: '4', groups: ['dev', 'ops'] }],
      ['b', { name: 'bob', uid: '5', groups: [] }],
    ])
  })

  test.each(['a,jane', 'a,jane,1,"dev', 'a,ja"ne,1', '"a" b,jane,1'])('refuses %j', (line) => {
    expect(() => parseTokenFile(line, 'f')).toThrow('Cannot read token file "f": line 1 is not token,user,uid,"groups"')
  })

  test('names the line that it cannot read', () => {
    expect(() => parseTokenFile('a,jane,4\nnonsense\n', 'tokens.csv')).toThrow('Cannot read token file "tokens.csv": line 2')
  })
})
