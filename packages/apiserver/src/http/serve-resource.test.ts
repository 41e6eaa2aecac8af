import { describe, expect, test } from '@jest/globals'
import { causeOf } from './serve-resource.ts'

const COMPONENT = { name: 'system:job-controller', groups: ['system:masters', 'system:authenticated'] }
const ADMIN = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const OTHER = { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] }

describe('causeOf()', () => {
  test("takes the cause of Kubetape's own components", () => {
    expect(causeOf({ 'kubetape-cause': 'run:7f3a/12' }, COMPONENT)).toEqual({ cause: 'run:7f3a/12' })
  })

  test.each([
    ['the administrator', ADMIN, {}],
    ['others with a system name', OTHER, {}],
    ['whom somebody impersonates', COMPONENT, { 'impersonate-user': 'system:job-controller' }],
  ])('takes none of %s', (_, user, headers) => {
    expect(causeOf({ 'kubetape-cause': 'run:7f3a/12', ...headers }, user)).toEqual({})
  })

  test.each(['run:a', 'run:a/', 'run:a/0', 'run:a/01', 'run:/1', 'run:a/b/1', 'run:a b/1', 'run:a/1x', 'actor:1', 'run:a/-1', ''])(
    'takes nothing like %j',
    (cause) => {
      expect(causeOf({ 'kubetape-cause': cause }, COMPONENT)).toEqual({})
    },
  )
})
