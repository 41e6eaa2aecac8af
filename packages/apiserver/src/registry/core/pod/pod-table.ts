import type { ContainerStatus, Pod, PodStatus } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { humanDuration } from '@kubetape/apimachinery'
import type { TableRowCondition } from '../../../table/table.ts'
import { ageCell } from '../../table-cells.ts'
import { isSidecar } from './container-walk.ts'

const NONE = '<none>'
/** The reason with which a Pod's status is left when its node does not answer. */
const NODE_LOST = 'NodeLost'

/** Restarts and when the last one was, in Unix milliseconds; undefined when not known. */
interface Restarts {
  count: number
  lastMs: number | undefined
}

/** What a Pod's containers make of its state. */
interface ContainerState {
  readonly ready: number
  readonly restarts: Restarts
  readonly reason: string
}

/** Name, Ready, Status, Restarts, Age, IP, Node, Nominated Node, Readiness Gates. */
export function podRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const pod = object as Readonly<Pod>
  const { metadata, spec } = pod
  const status = pod.status ?? {}
  const sidecars = spec.initContainers?.filter(isSidecar).length ?? 0
  const { ready, restarts, reason } = containerState(pod, status)
  return [
    metadata.name ?? '',
    `${ready}/${spec.containers.length + sidecars}`,
    withDeletion(pod, status, reason),
    printRestarts(restarts, nowMs),
    ageCell(metadata.creationTimestamp, nowMs),
    status.podIPs?.[0]?.ip || NONE,
    spec.nodeName || NONE,
    status.nominatedNodeName || NONE,
    readinessGates(pod, status),
  ]
}

const completed = (reason: string, message: string): readonly TableRowCondition[] => [
  { type: 'Completed', status: 'True', reason, message },
]
const SUCCEEDED = completed('Succeeded', 'The pod has completed successfully.')
const FAILED = completed('Failed', 'The pod failed.')

/** Says of Pods that have ended that they are completed, so that clients may grey their rows. */
export function podRowConditions(object: Readonly<KubeObject>): readonly TableRowCondition[] | undefined {
  const phase = (object as Readonly<Pod>).status?.phase
  return phase === 'Succeeded' ? SUCCEEDED : phase === 'Failed' ? FAILED : undefined
}

function containerState(pod: Readonly<Pod>, status: Readonly<PodStatus>): ContainerState {
  const gated = status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')
  const own = gated ? 'SchedulingGated' : status.reason || (status.phase ?? '')
  const inits = initState(pod, status, own)
  const initialized = status.conditions?.some((one) => one.type === 'Initialized' && one.status === 'True')
  return inits.initializing && !initialized ? inits : mainState(status, inits)
}

/** Init containers up to the first that is not done; of the others only sidecars count later on. */
function initState(
  pod: Readonly<Pod>,
  status: Readonly<PodStatus>,
  own: string,
): ContainerState & { initializing: boolean; sidecarRestarts: Restarts } {
  const restarts: Restarts = { count: 0, lastMs: undefined }
  const sidecarRestarts: Restarts = { count: 0, lastMs: undefined }
  let ready = 0
  for (const [at, one] of (status.initContainerStatuses ?? []).entries()) {
    const sidecar = isSidecar(pod.spec.initContainers?.find(({ name }) => name === one.name))
    countRestarts(restarts, one)
    if (sidecar) countRestarts(sidecarRestarts, one)
    if (one.state?.terminated?.exitCode === 0) continue
    if (sidecar && one.started) {
      if (one.ready) ready++
      continue
    }
    return {
      ready,
      restarts,
      sidecarRestarts,
      reason: `Init:${initReason(one, at, pod.spec.initContainers?.length ?? 0)}`,
      initializing: true,
    }
  }
  return { ready, restarts, sidecarRestarts, reason: own, initializing: false }
}

function initReason({ state }: ContainerStatus, at: number, total: number): string {
  if (state?.terminated) return endReason(state.terminated)
  const waiting = state?.waiting?.reason
  return waiting && waiting !== 'PodInitializing' ? waiting : `${at}/${total}`
}

const endReason = ({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)

/** The first main container that waits or has ended says what the Pod does; a running one beside a completed one keeps it running. */
function mainState(status: Readonly<PodStatus>, inits: ContainerState & { sidecarRestarts: Restarts }): ContainerState {
  const restarts = { ...inits.sidecarRestarts }
  let { ready, reason } = inits
  let running = false
  for (const one of [...(status.containerStatuses ?? [])].reverse()) {
    countRestarts(restarts, one)
    const { waiting, terminated, running: runs } = one.state ?? {}
    if (waiting?.reason) reason = waiting.reason
    else if (terminated) reason = endReason(terminated)
    else if (one.ready && runs) {
      running = true
      ready++
    }
  }
  if (reason === 'Completed' && running) {
    reason = status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ? 'Running' : 'NotReady'
  }
  return { ready, restarts, reason }
}

function countRestarts(restarts: Restarts, { restartCount, lastState }: ContainerStatus): void {
  restarts.count += restartCount ?? 0
  const finishedAt = lastState?.terminated?.finishedAt
  if (!finishedAt) return
  const ms = Date.parse(finishedAt)
  if (restarts.lastMs === undefined || ms > restarts.lastMs) restarts.lastMs = ms
}

function printRestarts({ count, lastMs }: Restarts, nowMs: number): string {
  return count === 0 || lastMs === undefined ? String(count) : `${count} (${humanDuration(nowMs - lastMs)} ago)`
}

function withDeletion({ metadata }: Readonly<Pod>, { phase, reason }: Readonly<PodStatus>, state: string): string {
  if (!metadata.deletionTimestamp) return state
  if (reason === NODE_LOST) return 'Unknown'
  return phase === 'Failed' || phase === 'Succeeded' ? state : 'Terminating'
}

function readinessGates({ spec }: Readonly<Pod>, status: Readonly<PodStatus>): string {
  const gates = spec.readinessGates ?? []
  if (gates.length === 0) return NONE
  const open = gates.filter(({ conditionType }) => status.conditions?.find(({ type }) => type === conditionType)?.status === 'True')
  return `${open.length}/${gates.length}`
}
