import type { ContainerState, ContainerStatus, Pod } from '@kubetape/api/types/core/v1'
import { badRequest, parseTime } from '@kubetape/apimachinery'
import { type PodRule, PodScripts } from './pod-script.ts'
import { simulatedNodeName } from './node-object.ts'

/** One line of a simulated container. */
export interface SimulatedLine {
  /** Unix milliseconds; whole seconds, as the Pod's status has them. */
  readonly timeMs: number
  readonly text: string
}

/** What one run of a simulated container has "written". */
export interface SimulatedLog {
  /** Of which run. */
  readonly containerId: string
  readonly lines: readonly SimulatedLine[]
  /** The run is over: no line will follow. */
  readonly isOver: boolean
}

/** What an API server may ask the kubelets of simulated nodes. */
export interface SimulatedKubelets {
  /** Whether the node is a simulated one of these. */
  has(node: string): boolean
  /** The log of a container on such a node: of its current run, or of the one before. Throws 400 with a kubelet's words when there is none. */
  containerLog(pod: Readonly<Pod>, container: string, previous: boolean): SimulatedLog
}

export interface SimulatedKubeletsOptions {
  /** How many nodes are simulated, as for simulatedNodes(). */
  readonly count: number
  /** How Pods behave, as for simulatedNodes(). */
  readonly rules?: readonly PodRule[]
}

/**
 * The kubelets of simulated nodes. A container has the log that its script says (`sim.kubetape.dev/log`); without one it tells how it was simulated.
 * Everything is read off the Pod, so a log is there as long as its Pod.
 */
export function simulatedKubelets({ count, rules = [] }: SimulatedKubeletsOptions): SimulatedKubelets {
  const names = new Set(Array.from({ length: count }, (_, index) => simulatedNodeName(index)))
  const scripts = new PodScripts(rules)
  return {
    has: (node) => names.has(node),
    containerLog: (pod, container, previous) => containerLog(pod, container, previous, scripts.scriptOf(pod).log),
  }
}

/** One run of a container, as a status tells it. */
interface Run {
  readonly containerId: string
  readonly startedAt: string | undefined
  readonly end: { readonly at: string; readonly exitCode: number } | undefined
}

function containerLog(pod: Readonly<Pod>, container: string, previous: boolean, script: string | undefined): SimulatedLog {
  const run = runOf(pod, container, previous)
  const startedMs = run.startedAt === undefined ? 0 : parseTime(run.startedAt)
  const isOver = run.end !== undefined
  if (script !== undefined) {
    const lines = script.replace(/\n$/, '').split('\n')
    return { containerId: run.containerId, isOver, lines: lines.map((text) => ({ timeMs: startedMs, text })) }
  }
  const begun = { timeMs: startedMs, text: `Container ${JSON.stringify(container)} was started by a simulated node: nothing is executed` }
  const ended = run.end && {
    timeMs: parseTime(run.end.at),
    text: `Container ${JSON.stringify(container)} was ended by a simulated node with exit code ${run.end.exitCode}`,
  }
  return { containerId: run.containerId, isOver, lines: ended === undefined ? [begun] : [begun, ended] }
}

/** Which run's log a kubelet would give, in its words where there is none (kubelet, container logs). */
function runOf({ metadata, status }: Readonly<Pod>, container: string, previous: boolean): Run {
  const found = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container)
  const what = `container ${JSON.stringify(container)} in pod ${JSON.stringify(metadata.name)}`
  if (found === undefined) throw badRequest(`${what} is not available`)
  const { running, terminated, waiting } = found.state ?? {}
  const last = endedRun(found.lastState)
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated ${what} not found`)
    return last
  }
  if (running !== undefined) return runningRun(found, running)
  if (terminated !== undefined || found.lastState?.terminated !== undefined) {
    const ended = endedRun(found.state) ?? last
    if (ended === undefined) throw badRequest(`${what} is terminated`)
    return ended
  }
  throw badRequest(`${what} is waiting to start${waiting === undefined ? ' - no logs yet' : `: ${waiting.reason ?? ''}`}`)
}

const runningRun = ({ containerID = '' }: ContainerStatus, { startedAt }: NonNullable<ContainerState['running']>): Run => ({
  containerId: containerID,
  startedAt: startedAt ?? undefined,
  end: undefined,
})

/** Undefined: that run never was, or left no container behind. */
function endedRun(state: ContainerState | undefined): Run | undefined {
  const { containerID, startedAt, finishedAt, exitCode } = state?.terminated ?? {}
  if (!containerID || !finishedAt) return undefined
  return { containerId: containerID, startedAt: startedAt ?? undefined, end: { at: finishedAt, exitCode: exitCode ?? 0 } }
}
