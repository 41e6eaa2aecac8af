import { describe, expect, test } from '@jest/globals'
import { impersonate } from './impersonation.ts'

const MASTER = { name: 'admin', groups: ['system:masters'] }

describe('impersonate()', () => {
  test('leaves the user alone without headers', () => {
    expect(impersonate(MASTER, {})).toBe(MASTER)
  })

  test('becomes the user that is named, with groups, uid and extra fields', () => {
    const headers = {
      'impersonate-user': 'jane',
      'impersonate-group': 'dev, ops',
      'impersonate-uid': '4',
      'impersonate-extra-scopes%2fx': 'a',
    }
    expect(impersonate(MASTER, headers)).toEqual({
      name: 'jane',
      groups: ['dev', 'ops', 'system:authenticated'],
      uid: '4',
      extra: { 'scopes/x': ['a'] },
    })
  })

  test('gives service accounts and nobody their own groups', () => {
    expect(impersonate(MASTER, { 'impersonate-user': 'system:serviceaccount:ns:sa' }).groups).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:ns',
      'system:authenticated',
    ])
    expect(impersonate(MASTER, { 'impersonate-user': 'system:anonymous' }).groups).toEqual(['system:unauthenticated'])
  })

  test('refuses those who may not, and headers without a user', () => {
    expect(() => impersonate({ name: 'jane', groups: ['dev'] }, { 'impersonate-user': 'admin' })).toThrow(
      'users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    expect(() => impersonate(MASTER, { 'impersonate-group': 'dev' })).toThrow('names no user')
  })
})
