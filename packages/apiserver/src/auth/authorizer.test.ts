import { describe, expect, test } from '@jest/globals'
import { type AccessAttributes, type Authorizer, type Decision, joinErrors, refusalOf, superusers, unionAuthorizer } from './authorizer.ts'

const JANE = { name: 'jane', groups: ['dev', 'system:authenticated'] }
const MASTER = { name: 'admin', groups: ['system:masters'] }
const CONFIG_MAPS = {
  isResource: true,
  verb: 'list',
  group: '',
  version: 'v1',
  resource: 'configmaps',
  subresource: '',
  namespace: 'a',
  name: '',
} as const

const authorizer = unionAuthorizer([superusers])

function authorize(attributes: AccessAttributes): void {
  const decision = authorizer.authorize(attributes)
  if (decision instanceof Promise) throw new Error('these answer at once')
  if (decision.verdict !== 'allow') throw refusalOf(attributes, decision)
}

describe('unionAuthorizer()', () => {
  test('lets system:masters do anything', () => {
    expect(() => authorize({ ...CONFIG_MAPS, user: MASTER })).not.toThrow()
    expect(() => authorize({ isResource: false, verb: 'post', path: '/anything', user: MASTER })).not.toThrow()
  })

  test.each([
    [{}, 'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "a"'],
    [
      { verb: 'get', name: 'one' },
      'configmaps "one" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace "a"',
    ],
    [
      { resource: 'nodes', namespace: '' },
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      { group: 'batch', resource: 'jobs', subresource: 'status', verb: 'patch', name: 'j' },
      'jobs.batch "j" is forbidden: User "jane" cannot patch resource "jobs/status" in API group "batch" in the namespace "a"',
    ],
  ])('refuses others in words that name %j', (attributes, message) => {
    expect(() => authorize({ ...CONFIG_MAPS, ...attributes, user: JANE })).toThrow(message)
  })
})

describe('the words of several authorizers', () => {
  const says = (decision: Decision): Authorizer => ({ authorize: () => decision })
  const slow = (decision: Decision): Authorizer => ({ authorize: () => Promise.resolve(decision) })
  const asked: AccessAttributes = { ...CONFIG_MAPS, user: JANE }
  const shrug: Decision = { verdict: 'no-opinion', reason: 'a', error: 'x' }

  test('are those of the first with an opinion', async () => {
    const deny: Decision = { verdict: 'deny', reason: 'never' }
    expect(unionAuthorizer([says(shrug), says(deny), superusers]).authorize(asked)).toEqual(deny)
    expect(await unionAuthorizer([slow(shrug), says(deny)]).authorize(asked)).toEqual(deny)
  })

  test('are told together where nobody has one', async () => {
    const both = { verdict: 'no-opinion', reason: 'a\nb', error: '[x, y]' }
    const other: Decision = { verdict: 'no-opinion', reason: 'b', error: 'y' }
    expect(unionAuthorizer([says(shrug), superusers, says(other)]).authorize(asked)).toEqual(both)
    expect(await unionAuthorizer([slow(shrug), slow(other)]).authorize(asked)).toEqual(both)
  })
})

describe('joinErrors()', () => {
  test('prints one alone and several in brackets, each once', () => {
    expect(joinErrors(['a'])).toBe('a')
    expect(joinErrors(['a', 'b', 'a'])).toBe('[a, b]')
  })
})
