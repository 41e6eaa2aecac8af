import { describe, expect, test } from '@jest/globals'
import type { Job } from '@kubetape/api/types/batch/v1'
import type { PodSpec } from '@kubetape/api/types/core/v1'
import { jobBody, jobRunner } from './testing/job-cases.ts'

const failJob = (code: number): object => ({ rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [code] } }] })
/** Changes fields of the spec; undefined removes one. */
const set =
  (fields: object) =>
  (job: Job): void => {
    Object.assign(job.spec, fields)
  }
const setPodSpec =
  (fields: Partial<PodSpec>) =>
  (job: Job): void => {
    Object.assign(job.spec.template.spec!, fields)
  }
const nodeAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['a'] }] }],
  },
}
const podAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } } }],
}

describe('validateJobUpdate()', () => {
  const runner = jobRunner()
  const plain = runner.create(jobBody({ completions: 3 })).object
  const indexed = runner.create(
    jobBody({
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 2,
      backoffLimitPerIndex: 1,
      successPolicy: { rules: [{ succeededCount: 1 }] },
    }),
  ).object
  const judged = runner.create(jobBody({ podFailurePolicy: failJob(1) })).object

  test.each([
    ['parallelism', { parallelism: 7 }],
    ['backoffLimit', { backoffLimit: 1 }],
    ['activeDeadlineSeconds', { activeDeadlineSeconds: 9 }],
    ['ttlSecondsAfterFinished', { ttlSecondsAfterFinished: 9 }],
    ['suspend', { suspend: true }],
    ['manualSelector', { manualSelector: true }],
    ['podReplacementPolicy', { podReplacementPolicy: 'Failed' }],
  ])('lets %s change', (_, fields) => {
    expect(runner.update(plain, set(fields)).errors).toEqual([])
  })

  test.each<[string, Job, object, string[]]>([
    ['completions', plain, { completions: 4 }, ['spec.completions: Invalid value: 4: field is immutable']],
    ['completions by removal', plain, { completions: undefined }, ['spec.completions: Invalid value: "null": field is immutable']],
    ['the completion mode', plain, { completionMode: 'Indexed' }, ['spec.completionMode: Invalid value: "Indexed": field is immutable']],
    ['the limit per index', indexed, { backoffLimitPerIndex: 2 }, ['spec.backoffLimitPerIndex: Invalid value: 2: field is immutable']],
    ['the success policy', indexed, { successPolicy: undefined }, ['spec.successPolicy: Invalid value: "null": field is immutable']],
    [
      'the failure policy',
      judged,
      { podFailurePolicy: failJob(2) },
      [`spec.podFailurePolicy: Invalid value: batch.PodFailurePolicy${JSON.stringify(failJob(2))}: field is immutable`],
    ],
    [
      'completions of an Indexed Job alone',
      indexed,
      { completions: 4 },
      ['spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism'],
    ],
    [
      'both counts to unequal values',
      indexed,
      { completions: 4, parallelism: 3 },
      ['spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism'],
    ],
    [
      'the completions of an Indexed Job by removal, twice told',
      indexed,
      { completions: undefined },
      expect.arrayContaining(['spec.completions: Required value: when completion mode is Indexed']) as unknown as string[],
    ],
    [
      'managedBy that is set late',
      plain,
      { managedBy: 'example.com/mine' },
      ['spec.managedBy: Invalid value: "example.com/mine": field is immutable'],
    ],
  ])('refuses to change %s', (_, old, fields, expected) => {
    expect(runner.update(old, set(fields)).errors).toEqual(expected)
  })

  test.each([
    ['to one value', { completions: 5, parallelism: 5 }],
    ['to the parallelism there is', { completions: 2 }],
    ['of parallelism alone', { parallelism: 1 }],
  ])('lets an elastic Indexed Job scale %s', (_, fields) => {
    expect(runner.update(indexed, set(fields)).errors).toEqual([])
  })

  test('tells errors of the spec twice', () => {
    const error = 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'
    expect(runner.update(plain, set({ parallelism: -1 })).errors).toEqual([error, error])
  })

  test('accepts a Job as it is, an empty list in it too', () => {
    const { object } = runner.create(jobBody({ podFailurePolicy: { rules: [] } }))
    expect(runner.update(object, () => undefined).errors).toEqual([])
  })

  test('accepts Jobs that are older than the labels with a prefix', () => {
    const old = structuredClone(plain)
    const uid = old.metadata.uid!
    old.spec.template.metadata!.labels = { 'job-name': 'demo', 'controller-uid': uid }
    old.spec.selector = { matchLabels: { 'controller-uid': uid } }
    expect(runner.update(old, set({ parallelism: 2 })).errors).toEqual([])
    expect(runner.update(plain, (job) => delete job.spec.template.metadata!.labels!['batch.kubernetes.io/job-name']).errors).toContain(
      "spec.template.metadata.labels[batch.kubernetes.io/job-name]: Required value: must be 'demo'",
    )
  })

  test('keeps the status and drops fields of features that are off unless they are in use', () => {
    const off = jobRunner({ JobSuccessPolicy: false })
    const old = { ...indexed, status: { active: 2 } }
    expect(off.update(old, (job) => (job.status = { active: 9 })).object.status).toEqual({ active: 2 })
    expect(off.update(old, set({ parallelism: 1 })).object.spec.successPolicy).toBeDefined()
    expect(off.update(plain, set({ successPolicy: { rules: [{ succeededCount: 1 }] } })).object.spec.successPolicy).toBeUndefined()
  })
})

describe('validateJobUpdate() of the template', () => {
  const runner = jobRunner()
  const suspended = runner.create(jobBody({ suspend: true })).object
  const running = runner.create(jobBody()).object
  const started: Job = { ...suspended, status: { startTime: '2026-01-01T00:00:00Z' } }
  const refusal = [expect.stringMatching(/^spec\.template: Invalid value: core\.PodTemplateSpec\{.*\}: field is immutable$/)]

  test.each<[string, (job: Job) => void]>([
    ['the node selector', setPodSpec({ nodeSelector: { zone: 'a' } })],
    ['tolerations', setPodSpec({ tolerations: [{ operator: 'Exists' }] })],
    ['scheduling gates', setPodSpec({ schedulingGates: [{ name: 'example.com/quota' }] })],
    ['node affinity', setPodSpec({ affinity: { nodeAffinity } })],
    ['annotations', (job) => (job.spec.template.metadata!.annotations = { note: 'x' })],
    ['other labels', (job) => (job.spec.template.metadata!.labels!['team'] = 'blue')],
  ])('lets %s change only before a suspended Job has started', (_, change) => {
    expect(runner.update(suspended, change).errors).toEqual([])
    expect(runner.update(running, change).errors).toEqual(refusal)
    expect(runner.update(started, change).errors).toEqual(refusal)
  })

  test.each<[string, (job: Job) => void]>([
    ['an image', (job) => (job.spec.template.spec!.containers[0]!.image = 'other:1')],
    ['Pod affinity', setPodSpec({ affinity: { podAffinity } })],
    ['a priority', setPodSpec({ priority: 5 })],
  ])('refuses to change %s', (_, change) => {
    expect(runner.update(suspended, change).errors).toEqual(refusal)
  })

  test('lets node affinity go, and no other affinity', () => {
    const near = runner.update(suspended, setPodSpec({ affinity: { nodeAffinity } })).object
    const clear = (job: Job): void => {
      delete job.spec.template.spec!.affinity
    }
    expect(runner.update(near, clear).errors).toEqual([])
    const both = { ...structuredClone(suspended) }
    both.spec.template.spec!.affinity = { nodeAffinity, podAffinity }
    expect(runner.update(both, clear).errors).toEqual(refusal)
    expect(runner.update(both, setPodSpec({ affinity: { podAffinity } })).errors).toEqual([])
  })
})
