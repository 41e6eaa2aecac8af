import type { ContainerStatus } from '@kubetape/api/types/core/v1'
import { parseTime } from '@kubetape/apimachinery'

/** One end of a container. */
export interface ContainerEnd {
  readonly startedMs: number | undefined
  readonly finishedMs: number
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
}

/** A container's life so far. Plain data: it is kept between runs. */
export interface ContainerLife {
  readonly state:
    /** Not started yet. */
    | { readonly type: 'new' }
    | { readonly type: 'running'; readonly startedMs: number }
    /** Ended, to be started again at that time. */
    | { readonly type: 'backing-off'; readonly untilMs: number; readonly delayMs: number }
    /** Ended for good. */
    | { readonly type: 'ended'; readonly end: ContainerEnd }
  readonly restarts: number
  /** Ends since it last ran for long; they make the next restart wait. */
  readonly crashes: number
  readonly lastEnd?: ContainerEnd
}

export const NEW_CONTAINER: ContainerLife = { state: { type: 'new' }, restarts: 0, crashes: 0 }

/** The kubelet's back-off: the first restart comes at once, the next after 10 s, doubling up to 5 minutes; running for 10 minutes starts it anew. */
const BACKOFF_FIRST_MS = 10_000
const BACKOFF_MAX_MS = 300_000
const BACKOFF_FORGET_MS = 600_000

/** When and how a container ends by its script; undefined: it does not. */
export interface PlannedEnd {
  readonly runMs: number
  readonly exitCode: number
  /** Whether the Pod's restartPolicy starts it again after this. */
  readonly restarts: boolean
}

/** A container's life as it is at `nowMs`, and when it changes next. */
export function advance(
  life: ContainerLife,
  planned: PlannedEnd | undefined,
  nowMs: number,
): { life: ContainerLife; nextMs: number | undefined } {
  let current = life
  for (;;) {
    const { state } = current
    if (state.type === 'running' && planned !== undefined) {
      const endMs = state.startedMs + planned.runMs
      if (endMs > nowMs) return { life: current, nextMs: endMs }
      current = afterEnd(current, endOf(state.startedMs, endMs, planned.exitCode), planned.restarts)
    } else if (state.type === 'backing-off') {
      if (state.untilMs > nowMs) return { life: current, nextMs: state.untilMs }
      current = { ...current, state: { type: 'running', startedMs: state.untilMs }, restarts: current.restarts + 1 }
    } else {
      return { life: current, nextMs: undefined }
    }
  }
}

export function start(life: ContainerLife, nowMs: number): ContainerLife {
  return life.state.type === 'new' ? { ...life, state: { type: 'running', startedMs: nowMs } } : life
}

/** A container ended from outside: 143 is what SIGTERM leaves behind. */
export function kill(life: ContainerLife, nowMs: number, exitCode = 143): ContainerLife {
  const { state } = life
  if (state.type === 'ended') return life
  if (state.type === 'running') return { ...life, state: { type: 'ended', end: endOf(state.startedMs, nowMs, exitCode) } }
  if (state.type === 'backing-off' && life.lastEnd !== undefined) return { ...life, state: { type: 'ended', end: life.lastEnd } }
  const end: ContainerEnd = {
    startedMs: undefined,
    finishedMs: nowMs,
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
  }
  return { ...life, state: { type: 'ended', end } }
}

export function endOf(startedMs: number, finishedMs: number, exitCode: number): ContainerEnd {
  return { startedMs, finishedMs, exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' }
}

function afterEnd(life: ContainerLife, end: ContainerEnd, restarts: boolean): ContainerLife {
  if (!restarts) return { ...life, state: { type: 'ended', end } }
  const crashes = end.finishedMs - (end.startedMs ?? end.finishedMs) >= BACKOFF_FORGET_MS ? 0 : life.crashes
  const delayMs = crashes === 0 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (crashes - 1))
  return { ...life, state: { type: 'backing-off', untilMs: end.finishedMs + delayMs, delayMs }, crashes: crashes + 1, lastEnd: end }
}

/** What a status says about a container's life, for Pods that were running before: times are whole seconds there. */
export function recovered(status: ContainerStatus | undefined): ContainerLife {
  const { state, restartCount = 0, lastState } = status ?? {}
  const last = endFrom(lastState?.terminated)
  const rest = { restarts: restartCount, crashes: restartCount, ...(last === undefined ? {} : { lastEnd: last }) }
  const end = endFrom(state?.terminated)
  if (end !== undefined) return { ...rest, state: { type: 'ended', end } }
  if (state?.running?.startedAt) return { ...rest, state: { type: 'running', startedMs: parseTime(state.running.startedAt) } }
  if (last !== undefined) return { ...rest, state: { type: 'backing-off', untilMs: last.finishedMs, delayMs: 0 } }
  return { ...rest, state: { type: 'new' } }
}

function endFrom(terminated: NonNullable<ContainerStatus['state']>['terminated']): ContainerEnd | undefined {
  if (terminated === undefined) return undefined
  const { startedAt, finishedAt, exitCode, reason = '', message } = terminated
  const finishedMs = finishedAt ? parseTime(finishedAt) : 0
  return {
    startedMs: startedAt ? parseTime(startedAt) : undefined,
    finishedMs,
    exitCode,
    reason,
    ...(message === undefined ? {} : { message }),
  }
}
