import type { Container, Pod, PodStatus } from '@kubetape/api/types/core/v1'
import { deepEqual, parseTime } from '@kubetape/apimachinery'
import { advance, type ContainerLife, kill, NEW_CONTAINER, type PlannedEnd, recovered, start } from './container-life.ts'
import { exitCodeOf, type PodScript } from './pod-script.ts'
import { isInitialized, type Lives, type PodFacts, type PodPlace, podStatus } from './pod-status.ts'

/** What is kept about a Pod between looks; JSON. Of another Pod under the same name it says nothing. */
export interface PodMemory {
  readonly uid: string
  /** When the Pod was first seen on the node. */
  readonly seenMs: number
  readonly lives: Lives
  /** When the containers were told to stop. */
  readonly stoppingMs?: number
}

export interface PodPlan {
  /** The fields of the status that differ; undefined: it stands. */
  readonly status: PodStatus | undefined
  /** undefined: nothing need be remembered. */
  readonly memory: PodMemory | undefined
  /** Delete the Pod for good, after its status was written. */
  readonly remove: boolean
  readonly requeueAfterMs: number | undefined
}

/** A start delay shorter than this is not worth a status of its own. */
const REPORTED_DELAY_MS = 100

const DEADLINE_EXCEEDED = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }

/**
 * One look of a simulated kubelet at a Pod of its node: what the Pod's containers have done by `nowMs` according to the script, what to
 * report about it, and when to look again. Ended Pods stay as they are; deleted ones end first and are then removed. Nothing starts before the
 * Pod's volumes are there.
 */
export function planPod(
  pod: Pod,
  script: PodScript,
  known: PodMemory | undefined,
  place: PodPlace,
  nowMs: number,
  waitsForVolumes = false,
): PodPlan {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata
  const phase = pod.status?.phase
  if (phase === 'Succeeded' || phase === 'Failed')
    return {
      status: undefined,
      memory: undefined,
      remove: deletionTimestamp !== undefined && deletionGracePeriodSeconds > 0,
      requeueAfterMs: undefined,
    }
  const memory: PodMemory = known !== undefined && known.uid === pod.metadata.uid ? known : recall(pod, nowMs)
  if (deletionTimestamp !== undefined) return planStop(pod, script, memory, place, nowMs)
  const deadlineMs = deadlineOf(pod, memory)
  if (nowMs >= deadlineMs) return fail(pod, memory, place, nowMs, DEADLINE_EXCEEDED)
  const startMs = memory.seenMs + script.startDelayMs
  const wasStarted = Object.values(memory.lives).some(({ state }) => state.type !== 'new')
  if (!wasStarted && (nowMs < startMs || waitsForVolumes)) {
    const isReported = waitsForVolumes || script.startDelayMs >= REPORTED_DELAY_MS
    const status = isReported ? report(pod, factsOf(memory, memory.lives, undefined, nowMs)) : undefined
    const nextMs = Math.min(waitsForVolumes ? Infinity : startMs, deadlineMs)
    return { status, memory, remove: false, requeueAfterMs: nextMs === Infinity ? undefined : nextMs - nowMs }
  }
  const { lives, nextMs } = live(pod, script, memory.lives, nowMs)
  const failMs = failTimeOf(pod, script, lives)
  if (failMs !== undefined && nowMs >= failMs) return fail(pod, { ...memory, lives }, place, nowMs, { condition: script.failCondition! })
  const status = report(pod, factsOf(memory, lives, place, nowMs))
  const next = Math.min(nextMs ?? Infinity, failMs ?? Infinity, deadlineMs)
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  return {
    status,
    memory: isOver ? undefined : { ...memory, lives },
    remove: false,
    requeueAfterMs: isOver || next === Infinity ? undefined : Math.max(0, next - nowMs),
  }
}

/** A Pod met for the first time, or again after a restart: its status tells how far it was. */
function recall(pod: Pod, nowMs: number): PodMemory {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {}
  const statuses = new Map([...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].map((one) => [one.name, one]))
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])]
  const startTime = pod.status?.startTime
  return {
    uid: pod.metadata.uid ?? '',
    seenMs: startTime ? parseTime(startTime) : nowMs,
    lives: Object.fromEntries(containers.map(({ name }) => [name, statuses.has(name) ? recovered(statuses.get(name)) : NEW_CONTAINER])),
  }
}

/**
 * Brings all containers up to now: ephemeral ones at once, whatever the others do, since they are there to look at them; init containers one after
 * the other, each over at once; then the main ones together.
 */
function live(pod: Pod, script: PodScript, before: Lives, nowMs: number): { lives: Lives; nextMs: number | undefined } {
  const lives: Record<string, ContainerLife> = { ...before }
  let nextMs: number | undefined
  const step = (container: Pick<Container, 'name'>, planned: PlannedEnd | undefined): void => {
    const stepped = advance(start(lives[container.name] ?? NEW_CONTAINER, nowMs), planned, nowMs)
    lives[container.name] = stepped.life
    if (stepped.nextMs !== undefined) nextMs = Math.min(nextMs ?? Infinity, stepped.nextMs)
  }
  const restartPolicy = pod.spec.restartPolicy ?? 'Always'
  const inits = pod.spec.initContainers ?? []
  const ephemeral = pod.spec.ephemeralContainers ?? []
  for (const one of ephemeral) step(one, undefined)
  for (const init of inits) {
    const exitCode = script.exitCodes[init.name] ?? 0
    step(init, init.restartPolicy === 'Always' ? undefined : { runMs: 0, exitCode, restarts: exitCode !== 0 && restartPolicy !== 'Never' })
    if (!isInitialized([init], lives)) return { lives, nextMs }
  }
  for (const container of pod.spec.containers) {
    const exitCode = exitCodeOf(script, container.name)
    const restarts = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)
    step(
      container,
      script.runMs === undefined || script.failCondition !== undefined ? undefined : { runMs: script.runMs, exitCode, restarts },
    )
  }
  const mainsEnded = pod.spec.containers.every(({ name }) => lives[name]?.state.type === 'ended')
  // Sidecars are stopped last, and end well.
  if (mainsEnded) {
    for (const init of inits) if (init.restartPolicy === 'Always') lives[init.name] = kill(lives[init.name]!, nowMs, 0)
    for (const { name } of ephemeral) lives[name] = kill(lives[name]!, nowMs)
  }
  return { lives, nextMs }
}

/** When a Pod that is to fail as a whole does: when its containers have run for their time. */
function failTimeOf(pod: Pod, { failCondition, runMs }: PodScript, lives: Lives): number | undefined {
  if (failCondition === undefined) return undefined
  const starts = pod.spec.containers.flatMap(({ name }) => {
    const state = lives[name]?.state
    return state?.type === 'running' ? [state.startedMs] : []
  })
  return starts.length === 0 ? undefined : Math.min(...starts) + (runMs ?? 0)
}

function planStop(pod: Pod, script: PodScript, memory: PodMemory, place: PodPlace, nowMs: number): PodPlan {
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000
  const stoppingMs = memory.stoppingMs ?? nowMs
  const endMs = stoppingMs + Math.min(script.stopMs, graceMs)
  if (nowMs < endMs) return { status: undefined, memory: { ...memory, stoppingMs }, remove: false, requeueAfterMs: endMs - nowMs }
  const facts = { ...factsOf(memory, killed(memory.lives, nowMs), wasPlaced(pod) ? place : undefined, nowMs), stopped: true }
  return { status: report(pod, facts), memory: undefined, remove: graceMs > 0, requeueAfterMs: undefined }
}

function fail(pod: Pod, memory: PodMemory, place: PodPlace, nowMs: number, failure: NonNullable<PodFacts['failure']>): PodPlan {
  const facts = { ...factsOf(memory, killed(memory.lives, nowMs), wasPlaced(pod) ? place : undefined, nowMs), failure, stopped: true }
  return { status: report(pod, facts), memory: undefined, remove: false, requeueAfterMs: undefined }
}

const wasPlaced = ({ status }: Pod): boolean => Boolean(status?.podIP)
const killed = (lives: Lives, nowMs: number): Lives =>
  Object.fromEntries(Object.entries(lives).map(([name, life]) => [name, kill(life, nowMs)]))

function factsOf({ seenMs }: PodMemory, lives: Lives, place: PodPlace | undefined, nowMs: number): PodFacts {
  return { lives, nowMs, startTimeMs: seenMs, place, failure: undefined, stopped: false }
}

/** The deadline counts from the status's startTime, which has whole seconds. */
function deadlineOf({ spec, status }: Pod, { seenMs }: PodMemory): number {
  if (spec.activeDeadlineSeconds === undefined) return Infinity
  return (status?.startTime ? parseTime(status.startTime) : seenMs) + spec.activeDeadlineSeconds * 1000
}

/** The status with the fields that say something new; undefined when none does. */
function report(pod: Pod, facts: PodFacts): PodStatus | undefined {
  const { startTime, ...wanted } = podStatus(pod, facts)
  const known = pod.status ?? {}
  const conditions = (wanted.conditions ?? []).filter(
    (one) =>
      !(known.conditions ?? []).some((before) => deepEqual({ ...before, lastProbeTime: undefined }, { ...one, lastProbeTime: undefined })),
  )
  const changed = Object.entries(wanted).filter(
    ([field, value]) => field !== 'conditions' && !deepEqual(value, (known as Record<string, unknown>)[field]),
  )
  if (changed.length === 0 && conditions.length === 0) return undefined
  return {
    ...Object.fromEntries(changed),
    phase: wanted.phase!,
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(known.startTime ? {} : { startTime: startTime! }),
  }
}
