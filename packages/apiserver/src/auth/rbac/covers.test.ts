import { describe, expect, test } from '@jest/globals'
import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import { compactRules, missingRights, printRule } from './covers.ts'

const rule = (verbs: string[], resources: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs,
  apiGroups: [''],
  resources,
  ...more,
})
const missing = (held: PolicyRule[], asked: PolicyRule[]): string[] => compactRules(missingRights(held, asked)).map(printRule)

describe('missingRights()', () => {
  test.each<[string, PolicyRule[], PolicyRule[], string[]]>([
    ['nothing when all is held', [rule(['get', 'list'], ['pods'])], [rule(['get'], ['pods'])], []],
    [
      'the verbs of one resource together',
      [rule(['get'], ['pods'])],
      [rule(['get', 'create', 'delete'], ['pods'])],
      ['{APIGroups:[""], Resources:["pods"], Verbs:["create" "delete"]}'],
    ],
    ['nothing beside a star', [rule(['*'], ['*'], { apiGroups: ['*'] })], [rule(['*'], ['pods/log'])], []],
    ['a star that is not held', [rule(['get'], ['pods'])], [rule(['*'], ['pods'])], ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}']],
    [
      'each name',
      [],
      [rule(['get'], ['secrets'], { resourceNames: ['a', 'b'] })],
      [
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
      ],
    ],
    [
      'all names where one is held',
      [rule(['get'], ['secrets'], { resourceNames: ['a'] })],
      [rule(['get'], ['secrets'])],
      ['{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'],
    ],
    ['no subresource of any resource', [rule(['get'], ['*/scale'])], [rule(['get'], ['deployments/scale'])], []],
    [
      'paths that no beginning covers',
      [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/a/b', '/c'] }],
      ['{NonResourceURLs:["/c"], Verbs:["get"]}'],
    ],
  ])('finds %s', (_, held, asked, expected) => {
    expect(missing(held, asked)).toEqual(expected)
  })
})
