import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { jobRules } from './job-rules.ts'
import { PodDrafts } from './pod-template.ts'
import { gatesWith, jobFixture, type JobFixture } from './testing/job-fixtures.ts'

const labels = { 'batch.kubernetes.io/controller-uid': 'job-uid', 'batch.kubernetes.io/job-name': 'demo' }
const indexed: JobFixture = { spec: { completionMode: 'Indexed', completions: 100 } }

function drafts(
  fixture: JobFixture = {},
  { name = 'demo', gates = {} }: { name?: string; gates?: Record<string, boolean> } = {},
): PodDrafts {
  const job = jobFixture(fixture)
  job.metadata.name = name
  return new PodDrafts(job, jobRules(job, gatesWith(gates)))
}

describe('PodDrafts', () => {
  test('`plain()` makes a Pod from the template with owner, finalizer and prefix', () => {
    expect(drafts().plain()).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: 'demo-',
        namespace: 'ns',
        labels,
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name: 'demo', uid: 'job-uid', controller: true, blockOwnerDeletion: true },
        ],
        finalizers: ['batch.kubernetes.io/job-tracking'],
      },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
    })
  })

  test('`plain()` keeps finalizers, labels and annotations of the template', () => {
    const template = {
      metadata: { labels: { app: 'x' }, annotations: { note: 'y' }, finalizers: ['example.com/hold', 'batch.kubernetes.io/job-tracking'] },
      spec: { containers: [] },
    }
    expect(drafts({ spec: { template } }).plain().metadata).toMatchObject(template.metadata)
  })

  test('`indexed()` puts the index into name, hostname, label, annotation and the variable of each container', () => {
    const podSpec = {
      initContainers: [{ name: 'setup' }],
      containers: [
        { name: 'main', env: [{ name: 'A', value: '1' }] },
        { name: 'own', env: [{ name: 'JOB_COMPLETION_INDEX', value: 'mine' }] },
      ],
    }
    const pod = drafts({ ...indexed, podSpec }).indexed(7)
    const variable = {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
    }
    expect(pod.metadata).toMatchObject({
      generateName: 'demo-7-',
      labels: { ...labels, 'batch.kubernetes.io/job-completion-index': '7' },
      annotations: { 'batch.kubernetes.io/job-completion-index': '7' },
    })
    expect(pod.spec).toMatchObject({
      hostname: 'demo-7',
      initContainers: [{ name: 'setup', env: [variable] }],
      containers: [{ env: [{ name: 'A' }, variable] }, { env: [{ name: 'JOB_COMPLETION_INDEX', value: 'mine' }] }],
    })
  })

  test('`indexed()` uses the annotation alone with the gate PodIndexLabel off', () => {
    const pod = drafts(indexed, { gates: { PodIndexLabel: false } }).indexed(0)
    expect(pod.metadata.labels).toEqual(labels)
    expect(pod.spec.containers[0]?.env?.[0]?.valueFrom?.fieldRef?.fieldPath).toBe(
      "metadata.annotations['batch.kubernetes.io/job-completion-index']",
    )
  })

  test('`indexed()` notes earlier failures of the index, ignored ones only if there are any', () => {
    const annotations = (counted: number, ignored: number): Pod['metadata']['annotations'] =>
      drafts(indexed).indexed(1, { counted, ignored }).metadata.annotations
    const index = { 'batch.kubernetes.io/job-completion-index': '1' }
    expect(annotations(0, 0)).toEqual({ ...index, 'batch.kubernetes.io/job-index-failure-count': '0' })
    expect(annotations(2, 1)).toEqual({
      ...index,
      'batch.kubernetes.io/job-index-failure-count': '2',
      'batch.kubernetes.io/job-index-ignored-failure-count': '1',
    })
  })

  test('`indexed()` cuts a long name so that the index stays in the prefix', () => {
    const { generateName } = drafts(indexed, { name: 'n'.repeat(61) }).indexed(42).metadata
    expect(generateName).toBe(`${'n'.repeat(54)}-42-`)
  })

  test('`plain()` leaves the dash out where it would make the name too long', () => {
    expect(drafts({}, { name: 'n'.repeat(253) }).plain().metadata.generateName).toBe('n'.repeat(253))
  })
})
