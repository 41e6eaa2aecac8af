import type { Job, JobCondition, JobSpec, JobStatus } from '@kubetape/api/types/batch/v1'
import type { ContainerStatus, Pod, PodSpec } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import { componentFeatureGates } from '@kubetape/api'
import { formatTime } from '@kubetape/apimachinery'
import { COMPLETION_INDEX, TRACKING_FINALIZER } from '../job-pod.ts'
import { INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT } from '../index-failures.ts'
import type { JobPlan } from '../job-plan.ts'
import type { JobStep } from '../job-step.ts'

/** The moment at which fixtures are looked at: 2024-05-01T12:00:00Z. */
export const NOW_MS = Date.UTC(2024, 4, 1, 12)
/** A time so many seconds before `NOW_MS`. */
export const ago = (seconds: number): string => formatTime(NOW_MS - seconds * 1000)

const DEFAULT_GATES = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))

/** The gates of v1.31 with some of them set otherwise. */
export function gatesWith(changes: Record<string, boolean> = {}): Gates {
  return {
    enabled(feature) {
      const value = changes[feature] ?? DEFAULT_GATES.get(feature)
      if (value === undefined) throw new Error(`Cannot read feature gate ${feature}: not known`)
      return value
    },
  }
}

/** What a fixture Job may differ in. */
export interface JobFixture {
  readonly spec?: Partial<JobSpec>
  readonly podSpec?: Partial<PodSpec>
  readonly status?: JobStatus
  readonly deleted?: boolean
}

/** The status of a Job that started ten minutes ago and whose Pods are `active`. */
export const started = (status: JobStatus = {}): JobStatus => ({
  startTime: ago(600),
  ready: 0,
  terminating: 0,
  uncountedTerminatedPods: {},
  ...status,
})

/** The Job `demo` in namespace `ns` with uid `job-uid`, defaulted as the API server does. */
export function jobFixture({ spec = {}, podSpec = {}, status, deleted = false }: JobFixture = {}): Job {
  const labels = { 'batch.kubernetes.io/controller-uid': 'job-uid', 'batch.kubernetes.io/job-name': 'demo' }
  const { parallelism = 1, completions } = spec
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'demo', namespace: 'ns', uid: 'job-uid', generation: 1, ...(deleted ? { deletionTimestamp: ago(5) } : {}) },
    spec: {
      completionMode: 'NonIndexed',
      backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'job-uid' } },
      suspend: false,
      podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
      template: {
        metadata: { labels },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }], ...podSpec },
      },
      ...spec,
      parallelism,
      ...(completions === undefined ? {} : { completions }),
    },
    ...(status ? { status } : {}),
  }
}

/** What a fixture Pod may differ in. */
export interface PodFixture {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  /** Exit code per container; ended a minute ago unless `endedAgo` (seconds) says otherwise. */
  readonly exit?: number | Record<string, number>
  readonly endedAgo?: number
  readonly restarts?: number
  readonly index?: number
  readonly failures?: number
  readonly ignored?: number
  readonly ready?: boolean
  /** Seconds since it was deleted, with a grace period of 30 s. */
  readonly deletedAgo?: number
  readonly node?: boolean
  /** Default true. */
  readonly tracked?: boolean
  readonly createdAgo?: number
  readonly conditions?: readonly { type: string; status: string }[]
  readonly labels?: Record<string, string>
  /** The uid of its controller; null: none. Default: the Job's. */
  readonly owner?: string | null
}

/** A Pod of the Job `demo`; its name is also its uid. */
export function podFixture(name: string, fixture: PodFixture = {}): Pod {
  const { index, failures, ignored, deletedAgo, owner = 'job-uid', tracked = true } = fixture
  const annotations: Record<string, string> = {}
  if (index !== undefined) annotations[COMPLETION_INDEX] = `${index}`
  if (failures !== undefined) annotations[INDEX_FAILURE_COUNT] = `${failures}`
  if (ignored !== undefined) annotations[INDEX_IGNORED_FAILURE_COUNT] = `${ignored}`
  const reference = { apiVersion: 'batch/v1', kind: 'Job', name: 'demo', uid: owner ?? '', controller: true, blockOwnerDeletion: true }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      creationTimestamp: ago(fixture.createdAgo ?? 300),
      labels: fixture.labels ?? { 'batch.kubernetes.io/controller-uid': 'job-uid' },
      annotations,
      ...(owner === null ? {} : { ownerReferences: [reference] }),
      ...(tracked ? { finalizers: [TRACKING_FINALIZER] } : {}),
      ...(deletedAgo === undefined ? {} : { deletionTimestamp: ago(deletedAgo - 30), deletionGracePeriodSeconds: 30 }),
    },
    spec: { containers: [{ name: 'main' }], ...(fixture.node ? { nodeName: 'worker' } : {}) },
    status: podStatus(fixture),
  }
}

function podStatus({ exit, endedAgo = 60, restarts, ready = false, conditions = [], phase }: PodFixture): NonNullable<Pod['status']> {
  const codes = typeof exit === 'number' ? { main: exit } : (exit ?? {})
  const ended: ContainerStatus[] = Object.entries(codes).map(([name, exitCode]) => ({
    ...container(name),
    state: { terminated: { exitCode, finishedAt: ago(endedAgo) } },
  }))
  const running = restarts === undefined ? [] : [{ ...container('main'), restartCount: restarts, state: { running: {} } }]
  return {
    phase: phase ?? (exit === undefined ? 'Pending' : Object.values(codes).every((code) => code === 0) ? 'Succeeded' : 'Failed'),
    conditions: [...(ready ? [{ type: 'Ready', status: 'True', lastTransitionTime: ago(200) }] : []), ...conditions],
    containerStatuses: [...ended, ...running],
  }
}

const container = (name: string): ContainerStatus => ({ name, image: 'x', imageID: '', ready: false, restartCount: 0 })

/** A condition as the controller writes it, `seconds` before `NOW_MS`. */
export function conditionFixture(type: string, reason: string, message: string, { status = 'True', seconds = 30 } = {}): JobCondition {
  return { type, status, reason, message, lastProbeTime: ago(seconds), lastTransitionTime: ago(seconds) }
}

/** The steps of a plan in one line each, such as `create 2`, `status active=2 ready=0`, `finalizers a,b`. */
export function stepsInWords({ steps }: JobPlan): string[] {
  return steps.map(stepInWords)
}

function stepInWords(step: JobStep): string {
  switch (step.type) {
    case 'create-pods': {
      const indexes = step.pods.map(({ metadata }) => metadata.annotations?.[COMPLETION_INDEX])
      return `create ${indexes[0] === undefined ? step.pods.length : `#${indexes.join(',#')}`}`
    }
    case 'delete-pods':
      return `delete ${names(step.pods)}${step.untracked ? ' untracked' : ''}`
    case 'remove-finalizers':
      return `finalizers ${names(step.pods)}`
    case 'adopt-pods':
      return `adopt ${names(step.pods)}`
    case 'release-pods':
      return `release ${names(step.pods)}`
    case 'record-event':
      return `event ${step.event.type} ${step.event.reason}`
    case 'write-status':
      return `status ${statusInWords(step.status)}`
  }
}

const names = (pods: readonly Pod[]): string => pods.map(({ metadata }) => metadata.name).join(',')

/** A status in one line: counters, index strings, uncounted Pods and conditions, without times. */
export function statusInWords(status: JobStatus): string {
  const { uncountedTerminatedPods = {}, conditions = [] } = status
  const fields = (['active', 'ready', 'terminating', 'succeeded', 'failed', 'completedIndexes', 'failedIndexes'] as const)
    .filter(
      (field) =>
        status[field] !== undefined && (field !== 'ready' || status.ready !== 0) && (field !== 'terminating' || status.terminating !== 0),
    )
    .map((field) => `${field}=${status[field]}`)
  const lists = Object.entries(uncountedTerminatedPods).map(([list, uids]) => `uncounted-${list}=${(uids as string[]).join(',')}`)
  const ends = conditions.map(({ type, status: value, reason }) => `${type}${value === 'True' ? '' : `=${value}`}(${reason})`)
  return [...fields, ...lists, ...ends].join(' ')
}
