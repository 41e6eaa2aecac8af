import { describe, expect, test } from '@jest/globals'
import { formatFieldPath, itemSteps, parseFieldPath, valueAt } from './field-path.ts'
import { CommandFailed } from './output.ts'

const job = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
  spec: { containers: [{ name: 'main', args: ['a', 'b'] }, { name: 'proxy' }] },
  status: { failed: 1, conditions: [{ type: 'Failed', reason: 'BackoffLimitExceeded' }] },
}

describe('parseFieldPath()', () => {
  test.each([
    ['status.failed', ['status', 'failed']],
    ['.status.failed', ['status', 'failed']],
    ['{.status.failed}', ['status', 'failed']],
    ['status.conditions[Failed].reason', ['status', 'conditions', 'Failed', 'reason']],
    ['status.conditions[type=Failed]', ['status', 'conditions', 'Failed']],
    ['metadata.labels[app.kubernetes.io/name]', ['metadata', 'labels', 'app.kubernetes.io/name']],
    ['metadata.labels["app"]', ['metadata', 'labels', 'app']],
    ['spec.containers[0].args[1]', ['spec', 'containers', '0', 'args', '1']],
  ])('reads %s', (text, path) => {
    expect(parseFieldPath(text)).toEqual(path)
  })

  test.each(['', 'a..b', 'a[', 'a[]', '[x]', 'a.'])('refuses "%s" as a wrong question', (text) => {
    expect(() => parseFieldPath(text)).toThrow(CommandFailed)
  })
})

describe('valueAt()', () => {
  test.each([
    [['status', 'failed'], 1],
    [['status', 'conditions', 'Failed', 'reason'], 'BackoffLimitExceeded'],
    [['spec', 'containers', 'main', 'args', '1'], 'b'],
    [['spec', 'containers', '1', 'name'], 'proxy'],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 'web'],
    [['spec', 'nothing', 'there'], undefined],
    [['spec', 'containers', 'other'], undefined],
    [['status', 'toString'], undefined],
  ])('finds %j', (path, value) => {
    expect(valueAt(job, path)).toEqual(value)
  })
})

describe('formatFieldPath()', () => {
  test.each(['status.conditions[Failed].reason', 'metadata.labels[app.kubernetes.io/name]', 'spec.containers[main].args[0]'])(
    'writes %s as it is read',
    (text) => {
      expect(formatFieldPath(parseFieldPath(text), job)).toBe(text)
    },
  )
})

describe('itemSteps()', () => {
  test('answers undefined when nothing tells the items of both lists apart', () => {
    expect(itemSteps([{ name: 'a' }, { name: 'a' }])).toBeUndefined()
    expect(itemSteps([{ name: 'a' }], ['text'])).toBeUndefined()
  })
})
