import { describe, expect, test } from '@jest/globals'
import { superusers } from './authorizer.ts'
import { impersonate as judge } from './impersonation.ts'
import type { UserInfo } from '../registry/strategy.ts'

const impersonate = async (user: UserInfo, headers: Record<string, string | string[]>): Promise<UserInfo> =>
  judge(
    user,
    Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
    superusers,
  )
const MASTER = { name: 'admin', groups: ['system:masters'] }

describe('impersonate()', () => {
  test('leaves the user alone without headers', async () => {
    expect(await impersonate(MASTER, {})).toBe(MASTER)
  })

  test('becomes the user that is named, with groups, uid and extra fields', async () => {
    const headers = {
      'impersonate-user': 'jane',
      'Impersonate-Group': ['dev', 'ops, and more'],
      'impersonate-uid': '4',
      'impersonate-extra-scopes%2fx': 'a',
    }
    expect(await impersonate(MASTER, headers)).toEqual({
      name: 'jane',
      groups: ['dev', 'ops, and more', 'system:authenticated'],
      uid: '4',
      extra: { 'scopes/x': ['a'] },
    })
  })

  test('gives service accounts and nobody their own groups', async () => {
    expect((await impersonate(MASTER, { 'impersonate-user': 'system:serviceaccount:ns:sa' })).groups).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:ns',
      'system:authenticated',
    ])
    expect((await impersonate(MASTER, { 'impersonate-user': 'system:anonymous' })).groups).toEqual(['system:unauthenticated'])
  })

  test('refuses those who may not, and headers without a user', async () => {
    await expect(impersonate({ name: 'jane', groups: ['dev'] }, { 'impersonate-user': 'admin' })).rejects.toThrow(
      'users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    await expect(
      impersonate(MASTER, { 'impersonate-group': 'dev', 'impersonate-uid': '4', 'impersonate-extra-a%2fb': 'x' }),
    ).rejects.toThrow(
      'requested [{Group  dev    } {UserExtra  x  authentication.k8s.io/v1  a/b} {UID  4  authentication.k8s.io/v1  }] without impersonating a user',
    )
  })
})
