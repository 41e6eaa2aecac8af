import { expect, test } from '@jest/globals'
import { describeChange } from './describe-change.ts'

const entry = {
  revision: 53,
  timeMs: 0,
  key: 'batch/jobs/default/broken',
  operation: 'update' as const,
  prior: 50,
  cause: undefined,
  value: undefined,
}

test('describeChange() names the controller and the change that made the difference', () => {
  const change = (resourceVersion: string, name: string) => ({
    cause: 'change' as const,
    resource: 'pods',
    key: `default/${name}`,
    change: 'updated' as const,
    resourceVersion,
  })
  const run = { controller: 'job', triggers: [change('47', 'broken-a'), change('52', 'broken-b')] }
  const object = { status: { failed: 1, conditions: [{ type: 'FailureTarget', status: 'True' }] } }
  expect(describeChange({ entry, object, by: { type: 'run', run, request: undefined } as never })).toBe(
    '  53  update  active 0, failed 1, FailureTarget         by controller job because pod broken-b was updated at 52',
  )
})

test('describeChange() names the user where no controller wrote', () => {
  const by = { type: 'actor' as const, actor: { user: 'admin', userAgent: 'kubectl/v1.31', verb: 'create' } }
  expect(describeChange({ entry, object: undefined, by })).toContain('by admin (kubectl/v1.31)')
})
