import type { Pod } from '@kubetape/api/types/core/v1'
import { type LabelSelector, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'

/**
 * How a simulated Pod behaves. A Pod's own annotations win over the first rule that matches it, that over the defaults:
 *
 * | annotation | value |
 * |---|---|
 * | `sim.kubetape.dev/start-ms` | milliseconds from being seen on the node until the containers start |
 * | `sim.kubetape.dev/run-ms` | milliseconds that containers run; `forever` never end |
 * | `sim.kubetape.dev/stop-ms` | milliseconds that containers take to end when the Pod is deleted, at most its grace period |
 * | `sim.kubetape.dev/exit-code` | a number for all containers, or `container=code,…`; init containers only by name |
 * | `sim.kubetape.dev/exit-code-by-index` | for Pods of Indexed Jobs: `index=code,…`, `*` for all other indexes; wins over `exit-code` |
 * | `sim.kubetape.dev/fail-condition` | `Type=Reason` or `Type`: when its time is up the Pod fails with this condition, whatever its restartPolicy |
 * | `sim.kubetape.dev/log` | what each container writes when it starts; without it the log says that the container is simulated |
 *
 * What cannot be read is passed over.
 */
export interface PodScript {
  readonly startDelayMs: number
  /** undefined: for ever. */
  readonly runMs: number | undefined
  readonly stopMs: number
  /** For containers that `exitCodes` does not name. */
  readonly exitCode: number
  readonly exitCodes: Readonly<Record<string, number>>
  /** Set when the Pod is to fail as a whole. */
  readonly failCondition: FailCondition | undefined
  /** Lines that each container writes when it starts; undefined: what the node says about it. */
  readonly log: string | undefined
}

/** The condition, status True, with which a Pod fails. */
export interface FailCondition {
  readonly type: string
  readonly reason?: string
  readonly message?: string
}

/** What Pods that match do; what is left out falls to the defaults. */
export interface PodRule extends Partial<Omit<PodScript, 'runMs'>> {
  /** By labels; `annotation`: the Pod has it, whatever its value. Both left out: every Pod. */
  readonly match?: { readonly labels?: LabelSelectorObject; readonly annotation?: string }
  readonly runMs?: number | 'forever'
}

/** Containers of Pods that are to end run this long by default; those of Pods with restartPolicy Always never end. */
export const RUN_MS = 50
export const START_DELAY_MS = 20
export const STOP_MS = 10

const PREFIX = 'sim.kubetape.dev/'
const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'

/** Rules with their selectors read once. */
export class PodScripts {
  readonly #rules: readonly { readonly rule: PodRule; readonly labels: LabelSelector | undefined }[]

  constructor(rules: readonly PodRule[] = []) {
    this.#rules = rules.map((rule) => ({ rule, labels: rule.match?.labels === undefined ? undefined : labelSelectorOf(rule.match.labels) }))
  }

  scriptOf(pod: Pod): PodScript {
    const { labels = {}, annotations = {} } = pod.metadata
    const found = this.#rules.find(
      ({ rule, labels: selector }) =>
        (selector?.matches(labels) ?? true) && (rule.match?.annotation === undefined || annotations[rule.match.annotation] !== undefined),
    )
    const rule = found?.rule ?? {}
    const byDefault = (pod.spec.restartPolicy ?? 'Always') === 'Always' ? undefined : RUN_MS
    const read = (name: string): string | undefined => annotations[`${PREFIX}${name}`]
    const codes = exitCodes(read('exit-code'))
    const ofIndex = exitCodes(read('exit-code-by-index'))
    const index = annotations[COMPLETION_INDEX] ?? labels[COMPLETION_INDEX]
    return {
      startDelayMs: milliseconds(read('start-ms')) ?? rule.startDelayMs ?? START_DELAY_MS,
      runMs: durationOr(read('run-ms'), rule.runMs === 'forever' ? undefined : (rule.runMs ?? byDefault)),
      stopMs: milliseconds(read('stop-ms')) ?? rule.stopMs ?? STOP_MS,
      exitCode: (index === undefined ? undefined : (ofIndex.named[index] ?? ofIndex.named['*'])) ?? codes.all ?? rule.exitCode ?? 0,
      exitCodes: { ...rule.exitCodes, ...codes.named },
      failCondition: failCondition(read('fail-condition')) ?? rule.failCondition,
      log: read('log') ?? rule.log,
    }
  }
}

/** The code with which a container ends. */
export function exitCodeOf(script: PodScript, container: string): number {
  return script.exitCodes[container] ?? script.exitCode
}

function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined
}

function durationOr(text: string | undefined, otherwise: number | undefined): number | undefined {
  return text?.trim() === 'forever' ? undefined : (milliseconds(text) ?? otherwise)
}

/** `3`, or `name=3,other=0`. */
function exitCodes(text: string | undefined): { all: number | undefined; named: Record<string, number> } {
  const named: Record<string, number> = {}
  let all: number | undefined
  for (const part of (text ?? '').split(',')) {
    const [, name, code] = /^\s*(?:([^=\s]+)\s*=)?\s*(\d{1,3})\s*$/.exec(part) ?? []
    if (code === undefined) continue
    if (name === undefined) all = Number(code)
    else named[name] = Number(code)
  }
  return { all, named }
}

function failCondition(text: string | undefined): FailCondition | undefined {
  const [type = '', ...reason] = (text ?? '').trim().split('=')
  if (type === '') return undefined
  return { type, ...(reason.length > 0 ? { reason: reason.join('=') } : {}) }
}
