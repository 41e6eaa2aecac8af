import { describe, expect, test } from '@jest/globals'
import type { PodFailurePolicyRule } from '@kubetape/api/types/batch/v1'
import { jobRules } from './job-rules.ts'
import { judgePodFailure } from './pod-failure-policy.ts'
import { gatesWith, jobFixture, podFixture, type PodFixture } from './testing/job-fixtures.ts'

const inCodes = (action: PodFailurePolicyRule['action'], values: number[], containerName?: string): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator: 'In', values, ...(containerName === undefined ? {} : { containerName }) },
})
const notIn = (action: PodFailurePolicyRule['action'], values: number[]): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator: 'NotIn', values },
})
const onCondition = (action: PodFailurePolicyRule['action'], type: string, status = 'True'): PodFailurePolicyRule => ({
  action,
  onPodConditions: [{ type, status }],
})

function judge(rules: PodFailurePolicyRule[], pod: PodFixture, gates: Record<string, boolean> = {}): ReturnType<typeof judgePodFailure> {
  return judgePodFailure(jobRules(jobFixture({ spec: { podFailurePolicy: { rules } } }), gatesWith(gates)), podFixture('p', pod))
}

describe('judgePodFailure()', () => {
  const exit42 = 'Container main for pod ns/p failed with exit code 42 matching FailJob rule at index'
  test.each<{ when: string; rules: PodFailurePolicyRule[]; pod: PodFixture; verdict: unknown }>([
    { when: 'no rule matches', rules: [inCodes('FailJob', [1])], pod: { exit: 2 }, verdict: { counted: true } },
    { when: 'there are no rules', rules: [], pod: { exit: 2 }, verdict: { counted: true } },
    { when: 'an Ignore rule matches', rules: [inCodes('Ignore', [2])], pod: { exit: 2 }, verdict: { action: 'Ignore', counted: false } },
    { when: 'a Count rule matches', rules: [inCodes('Count', [2])], pod: { exit: 2 }, verdict: { action: 'Count', counted: true } },
    {
      when: 'a FailIndex rule matches',
      rules: [inCodes('FailIndex', [2])],
      pod: { exit: 2 },
      verdict: { action: 'FailIndex', counted: true },
    },
    {
      when: 'the second rule matches',
      rules: [inCodes('Ignore', [1]), inCodes('FailJob', [42])],
      pod: { exit: 42 },
      verdict: { action: 'FailJob', counted: true, failJobMessage: `${exit42} 1` },
    },
    {
      when: 'two rules match',
      rules: [inCodes('Count', [42]), inCodes('FailJob', [42])],
      pod: { exit: 42 },
      verdict: { action: 'Count', counted: true },
    },
    { when: 'NotIn lists the code', rules: [notIn('Ignore', [40, 41])], pod: { exit: 41 }, verdict: { counted: true } },
    { when: 'NotIn meets exit code 0', rules: [notIn('Ignore', [40])], pod: { exit: 0, phase: 'Failed' }, verdict: { counted: true } },
    {
      when: 'NotIn does not list the code',
      rules: [notIn('Ignore', [40])],
      pod: { exit: 5 },
      verdict: { action: 'Ignore', counted: false },
    },
    {
      when: 'the rule names another container',
      rules: [inCodes('Ignore', [3], 'side')],
      pod: { exit: { main: 3, side: 1 } },
      verdict: { counted: true },
    },
    {
      when: 'the rule names the container',
      rules: [inCodes('Ignore', [3], 'side')],
      pod: { exit: { main: 1, side: 3 } },
      verdict: { action: 'Ignore', counted: false },
    },
    {
      when: 'the container has not ended',
      rules: [notIn('Ignore', [255])],
      pod: { phase: 'Failed', restarts: 0 },
      verdict: { counted: true },
    },
    {
      when: 'a condition matches',
      rules: [onCondition('FailJob', 'ConfigIssue')],
      pod: { phase: 'Failed', conditions: [{ type: 'ConfigIssue', status: 'True' }] },
      verdict: { action: 'FailJob', counted: true, failJobMessage: 'Pod ns/p has condition ConfigIssue matching FailJob rule at index 0' },
    },
    {
      when: 'a condition has another status',
      rules: [onCondition('Ignore', 'Lost', 'Unknown')],
      pod: { phase: 'Failed', conditions: [{ type: 'Lost', status: 'True' }] },
      verdict: { counted: true },
    },
    {
      when: 'a condition is False as the rule wants',
      rules: [onCondition('Ignore', 'Healthy', 'False')],
      pod: { phase: 'Failed', conditions: [{ type: 'Healthy', status: 'False' }] },
      verdict: { action: 'Ignore', counted: false },
    },
  ])('judges by the rules when $when', ({ rules, pod, verdict }) => {
    expect(judge(rules, pod)).toEqual(verdict)
  })

  test('looks at init containers after the ordinary ones', () => {
    const rules = jobRules(jobFixture({ spec: { podFailurePolicy: { rules: [notIn('FailJob', [1])] } } }), gatesWith())
    const terminated = { exitCode: 9 }
    const setup = { name: 'setup', image: 'x', imageID: '', ready: false, restartCount: 0, state: { terminated } }
    const named = (pod: PodFixture): string | undefined => {
      const { status, ...rest } = podFixture('p', pod)
      return judgePodFailure(rules, { ...rest, status: { ...status, initContainerStatuses: [setup] } }).failJobMessage
    }
    expect(named({ exit: 8 })).toBe('Container main for pod ns/p failed with exit code 8 matching FailJob rule at index 0')
    expect(named({ exit: 1 })).toBe('Container setup for pod ns/p failed with exit code 9 matching FailJob rule at index 0')
  })

  test('passes over FailIndex with its gate off', () => {
    const rules = [inCodes('FailIndex', [2]), inCodes('Ignore', [2])]
    expect(judge(rules, { exit: 2 }, { JobBackoffLimitPerIndex: false })).toEqual({ action: 'Ignore', counted: false })
  })

  test('counts every failure with the gate of the policy off', () => {
    expect(judge([inCodes('Ignore', [2])], { exit: 2 }, { JobPodFailurePolicy: false })).toEqual({ counted: true })
  })
})
