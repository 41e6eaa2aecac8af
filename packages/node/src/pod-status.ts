import { hash } from 'node:crypto'
import type {
  Container,
  ContainerState,
  ContainerStatus,
  EphemeralContainer,
  Pod,
  PodCondition,
  PodStatus,
} from '@kubetape/api/types/core/v1'
import { findCondition, formatTime, hasCondition } from '@kubetape/apimachinery'
import type { ContainerEnd, ContainerLife } from './container-life.ts'
import type { FailCondition } from './pod-script.ts'

/** The lives of a Pod's containers by name; init containers, sidecars and ephemeral containers among them. */
export type Lives = Readonly<Record<string, ContainerLife>>

/** Where a Pod runs. */
export interface PodPlace {
  readonly podIP: string
  readonly hostIP: string
}

/** What a status is made of. */
export interface PodFacts {
  readonly lives: Lives
  readonly nowMs: number
  readonly startTimeMs: number
  /** undefined: no sandbox yet, so no address. */
  readonly place: PodPlace | undefined
  /** The Pod was failed as a whole, whatever its containers did. */
  readonly failure: { readonly reason?: string; readonly message?: string; readonly condition?: FailCondition } | undefined
  /** The Pod is being stopped for good: nothing is started again. */
  readonly stopped: boolean
}

const isSidecar = (container: Container | EphemeralContainer): boolean => container.restartPolicy === 'Always'

/** The status that a kubelet would report: phase, conditions, containers, addresses. Quality of service and what others wrote are left to them. */
export function podStatus(pod: Pod, facts: PodFacts): PodStatus {
  const { place, nowMs, startTimeMs, failure } = facts
  const inits = pod.spec.initContainers ?? []
  const initialized = isInitialized(inits, facts.lives)
  const containerStatuses = pod.spec.containers.map((one) => statusOf(pod, one, facts, initialized, false))
  const initContainerStatuses = inits.map((one) => statusOf(pod, one, facts, true, true))
  const ephemeralContainerStatuses = (pod.spec.ephemeralContainers ?? []).map((one) => ephemeralStatusOf(pod, one, facts))
  const phase = failure === undefined ? phaseOf(pod, facts) : 'Failed'
  return {
    phase,
    conditions: conditionsOf(pod, phase, facts, { initialized, containerStatuses, initContainerStatuses }, nowMs),
    startTime: formatTime(startTimeMs),
    ...(place === undefined
      ? {}
      : { hostIP: place.hostIP, hostIPs: [{ ip: place.hostIP }], podIP: place.podIP, podIPs: [{ ip: place.podIP }] }),
    ...(inits.length === 0 ? {} : { initContainerStatuses }),
    containerStatuses,
    ...(ephemeralContainerStatuses.length === 0 ? {} : { ephemeralContainerStatuses }),
    ...(failure?.reason === undefined ? {} : { reason: failure.reason }),
    ...(failure?.message === undefined ? {} : { message: failure.message }),
  }
}

/** Whether the main containers may run: init containers ended well, sidecars were started. */
export function isInitialized(inits: readonly Container[], lives: Lives): boolean {
  return inits.every((one) => {
    const state = lives[one.name]?.state
    return isSidecar(one) ? state !== undefined && state.type !== 'new' : state?.type === 'ended' && state.end.exitCode === 0
  })
}

/** The phase by what the containers did (Kubernetes documentation, "Pod Lifecycle"). */
function phaseOf(pod: Pod, { lives, stopped }: PodFacts): NonNullable<PodStatus['phase']> {
  const restartPolicy = pod.spec.restartPolicy ?? 'Always'
  const states = pod.spec.containers.map(({ name }) => lives[name]?.state)
  const inits = (pod.spec.initContainers ?? []).filter((one) => !isSidecar(one))
  const initFailed = inits.some(({ name }) => endCode(lives[name]) !== undefined && endCode(lives[name]) !== 0)
  if (initFailed && (restartPolicy === 'Never' || stopped)) return 'Failed'
  if (states.some((state) => state?.type === 'running' || state?.type === 'backing-off')) return 'Running'
  if (states.some((state) => state === undefined || state.type === 'new')) return 'Pending'
  return states.every((state) => state?.type === 'ended' && state.end.exitCode === 0) ? 'Succeeded' : 'Failed'
}

const endCode = (life: ContainerLife | undefined): number | undefined =>
  life?.state.type === 'ended' ? life.state.end.exitCode : undefined

function statusOf(
  pod: Pod,
  container: Container | EphemeralContainer,
  { lives, place }: PodFacts,
  mayRun: boolean,
  isInit: boolean,
): ContainerStatus {
  const life = lives[container.name]
  const state = life?.state
  const isRunning = state?.type === 'running'
  const ended = state?.type === 'ended' && state.end.exitCode === 0
  const known = life !== undefined && (state?.type !== 'new' || life.restarts > 0) && place !== undefined
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: known ? imageId(container.image ?? '') : '',
    ...(known ? { containerID: containerId(pod, container.name, life.restarts) } : {}),
    ready: isInit && !isSidecar(container) ? ended : isRunning,
    started: isRunning && (!isInit || isSidecar(container)),
    restartCount: life?.restarts ?? 0,
    state: stateOf(pod, container, life, mayRun),
    lastState:
      life?.lastEnd === undefined || (state?.type === 'ended' && state.end === life.lastEnd)
        ? {}
        : {
            terminated: terminated(pod, container.name, Math.max(0, life.restarts - (state?.type === 'backing-off' ? 0 : 1)), life.lastEnd),
          },
  }
}

/** Ephemeral containers have no probes, so no kubelet says of one that it is ready or started (API reference, EphemeralContainer). */
function ephemeralStatusOf(pod: Pod, container: EphemeralContainer, facts: PodFacts): ContainerStatus {
  const { started: _, ...status } = statusOf(pod, container, facts, true, false)
  return { ...status, ready: false }
}

function stateOf(pod: Pod, container: Pick<Container, 'name'>, life: ContainerLife | undefined, mayRun: boolean): ContainerState {
  const state = life?.state
  if (state?.type === 'running') return { running: { startedAt: formatTime(state.startedMs) } }
  if (state?.type === 'ended') return { terminated: terminated(pod, container.name, life!.restarts, state.end) }
  if (state?.type === 'backing-off') {
    const text = `back-off ${printSeconds(state.delayMs)} restarting failed container=${container.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
    return { waiting: { reason: 'CrashLoopBackOff', message: text } }
  }
  return { waiting: { reason: mayRun ? 'ContainerCreating' : 'PodInitializing' } }
}

function terminated(
  pod: Pod,
  name: string,
  restarts: number,
  { startedMs, finishedMs, exitCode, reason, message }: ContainerEnd,
): NonNullable<ContainerState['terminated']> {
  return {
    exitCode,
    reason,
    ...(message === undefined ? {} : { message }),
    ...(startedMs === undefined
      ? {}
      : { startedAt: formatTime(startedMs), finishedAt: formatTime(finishedMs), containerID: containerId(pod, name, restarts) }),
  }
}

interface Containers {
  readonly initialized: boolean
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
}

type Fact = Omit<PodCondition, 'lastTransitionTime'>

function conditionsOf(
  pod: Pod,
  phase: NonNullable<PodStatus['phase']>,
  { place, failure, lives }: PodFacts,
  containers: Containers,
  nowMs: number,
): PodCondition[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name))
  const unready = [...containers.containerStatuses, ...containers.initContainerStatuses.filter(({ name }) => sidecars.has(name))]
    .filter(({ ready }) => !ready)
    .map(({ name }) => name)
  const hasSandbox = place !== undefined && !isOver
  const wanted: Fact[] = [
    { type: 'PodReadyToStartContainers', status: hasSandbox ? 'True' : 'False' },
    initializedCondition(pod, phase, lives, containers.initialized),
    readyCondition(pod, phase, unready),
    containersReady(phase, unready),
    ...(failure?.condition === undefined ? [] : [{ ...failure.condition, status: 'True' }]),
  ]
  const known = pod.status?.conditions ?? []
  return wanted.map((condition) => {
    const before = findCondition(known, condition.type)
    const isSame = before?.status === condition.status && Boolean(before.lastTransitionTime)
    return { ...condition, lastTransitionTime: isSame ? before.lastTransitionTime! : formatTime(nowMs) }
  })
}

function initializedCondition(pod: Pod, phase: string, lives: Lives, initialized: boolean): Fact {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
  if (initialized) return { type: 'Initialized', status: 'True' }
  const incomplete = (pod.spec.initContainers ?? []).filter((one) => !isInitialized([one], lives)).map(({ name }) => name)
  return {
    type: 'Initialized',
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  }
}

function containersReady(phase: string, unready: readonly string[]): Fact {
  if (phase === 'Succeeded') return { type: 'ContainersReady', status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type: 'ContainersReady', status: 'False', reason: 'PodFailed' }
  if (unready.length === 0) return { type: 'ContainersReady', status: 'True' }
  return {
    type: 'ContainersReady',
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  }
}

/** Ready is ContainersReady and every readiness gate. */
function readyCondition(pod: Pod, phase: string, unready: readonly string[]): Fact {
  const containers = { ...containersReady(phase, unready), type: 'Ready' }
  if (containers.status !== 'True') return containers
  const gates = (pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType)
  const closed = gates.filter((type) => !hasCondition(pod.status?.conditions, type))
  if (closed.length === 0) return containers
  const texts = closed.map((type) =>
    findCondition(pod.status?.conditions, type) === undefined
      ? `corresponding condition of pod readiness gate "${type}" does not exist.`
      : `the status of pod readiness gate "${type}" is not "True", but False`,
  )
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: texts.join(', ') }
}

/** Names that look like a runtime's, the same for the same container. */
function containerId({ metadata }: Pod, name: string, restarts: number): string {
  return `sim://${hash('sha256', `${metadata.uid}/${name}/${restarts}`)}`
}

function imageId(image: string): string {
  const repository = image.split('@')[0]!.replace(/:[^:/]*$/, '')
  return `${repository}@sha256:${hash('sha256', image)}`
}

/** `10s`, `1m20s`, `5m0s`, as Go prints a duration. */
function printSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
