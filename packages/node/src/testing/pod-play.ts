import type { Pod, PodSpec, PodStatus } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import { type PodMemory, type PodPlan, planPod } from '../pod-plan.ts'
import { PodScripts } from '../pod-script.ts'

/** When a Play begins. */
export const START_MS = Date.UTC(2024, 4, 1, 12)
/** Where its Pod runs. */
export const PLACE = { podIP: '10.244.0.7', hostIP: '192.168.0.10' }

/** What is special about the Pod of a test. */
export interface PodFixture {
  readonly spec?: Partial<PodSpec>
  readonly annotations?: Record<string, string>
}

/** A Pod bound to a node, not started yet; annotations without their prefix. */
export const podOf = ({ spec = {}, annotations = {} }: PodFixture = {}): Pod => ({
  metadata: {
    name: 'p',
    namespace: 'ns',
    uid: 'pod-uid',
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`sim.kubetape.dev/${name}`, value])),
  },
  spec: { nodeName: 'n', restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.test/app:1' }], ...spec },
  status: {
    phase: 'Pending',
    qosClass: 'BestEffort',
    conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2024-05-01T11:59:00Z' }],
  },
})

/** Plays a Pod by its plans: each status is merged as the server does, time jumps to the next look. */
export class Play {
  pod: Pod
  nowMs = START_MS
  readonly phases: string[] = []
  #memory: PodMemory | undefined
  removed = false
  readonly scripts = new PodScripts()
  last: PodPlan | undefined

  constructor(fixture: PodFixture = {}) {
    this.pod = podOf(fixture)
  }

  look(): PodPlan {
    const plan = planPod(this.pod, this.scripts.scriptOf(this.pod), this.#memory, PLACE, this.nowMs)
    // What is kept must survive as JSON.
    this.#memory = plan.memory === undefined ? undefined : (JSON.parse(JSON.stringify(plan.memory)) as PodMemory)
    if (plan.status !== undefined) {
      const conditions = new Map([...(this.pod.status?.conditions ?? []), ...(plan.status.conditions ?? [])].map((one) => [one.type, one]))
      this.pod = { ...this.pod, status: { ...this.pod.status, ...plan.status, conditions: [...conditions.values()] } }
      this.phases.push(`${this.nowMs - START_MS}:${plan.status.phase}`)
    }
    this.removed ||= plan.remove
    this.last = plan
    return plan
  }

  /** Looks until nothing is to come, or this many times. */
  run(looksMax = 50): this {
    for (let look = 0; look < looksMax; look++) {
      const { requeueAfterMs } = this.look()
      if (requeueAfterMs === undefined) break
      this.nowMs += requeueAfterMs
    }
    return this
  }

  delete(graceSeconds = 30): this {
    this.pod = {
      ...this.pod,
      metadata: {
        ...this.pod.metadata,
        deletionTimestamp: formatTime(this.nowMs + graceSeconds * 1000),
        deletionGracePeriodSeconds: graceSeconds,
      },
    }
    return this
  }

  /** The agent was started anew: only the status is left. */
  forget(): this {
    this.#memory = undefined
    return this
  }

  get status(): PodStatus {
    return this.pod.status!
  }

  condition(type: string): string | undefined {
    const found = this.status.conditions?.find((one) => one.type === type)
    return found && [found.status, found.reason, found.message].filter(Boolean).join(' ')
  }
}
