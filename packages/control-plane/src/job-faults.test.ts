import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Job, Namespace, Pod } from '@kubetape/api/kinds'
import { conflict, controllerOf, type ObjectName } from '@kubetape/apimachinery'
import { COMPONENT_GROUP } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { type FaultRule, type FaultyClient, faultyClient, type RequestFault, type RequestRecord } from '@kubetape/client/testing'
import { jobController } from '@kubetape/controllers'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Manager } from '@kubetape/runtime'
import { ControlPlane } from './control-plane.ts'

// Every request of the Job controller is a boundary at which the world can go wrong: each is tried, with each way to go wrong.

const COMPLETIONS = 3
const STEP_MS = 250
/** A failed Pod is replaced after 10 s, a refused request tried again after seconds at most. */
const STEPS_MAX = 400
const START_MS = 1_723_507_200_000

const clock = new VirtualClock({ startMs: START_MS })
let plane: ControlPlane
let client: Client
let controllerClient: Client

/** Lets the world settle around a promise. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  await clock.advance(0)
  for (let turn = 0; turn < 20; turn++) await clock.advance(1)
  return promise
}

beforeAll(async () => {
  plane = await settled(ControlPlane.start({ clock, random: seededRandom(1), controllers: ['*', '-job', '-job-orphan-pods'] }))
  client = plane.client()
  controllerClient = plane.apiserver.client({ name: 'system:job-controller', groups: [COMPONENT_GROUP] }, 'job-faults')
}, 60_000)

afterAll(() => settled(plane.stop()), 60_000)

/** Requests that the controller's runs make; what informers ask for is another matter. */
const ofRuns = (request: RequestRecord): boolean => request.cause !== undefined

/** The Job controller as a process that a test can end and start again. */
class ControllerProcess {
  readonly faulty: FaultyClient
  restarts = 0
  readonly #namespace: string
  #manager: Manager | undefined

  constructor(namespace: string, faults: readonly FaultRule[]) {
    this.#namespace = namespace
    this.faulty = faultyClient(controllerClient, { faults, clock })
  }

  async start(): Promise<void> {
    const { gates } = plane
    this.#manager = new Manager({ client: this.faulty, gates, clock, random: seededRandom(2), namespace: this.#namespace })
    this.#manager.add(jobController())
    await settled(this.#manager.start())
  }

  async stop(): Promise<void> {
    await settled(this.#manager!.stop())
  }

  /** A process that died comes back with nothing in its memory. */
  async restartIfCrashed(): Promise<void> {
    if (!this.faulty.crashed) return
    await this.stop()
    this.restarts++
    this.faulty.reset()
    await this.start()
  }
}

/** Test code plays the kubelet: the first Pod that runs fails, all others succeed; deleted Pods go. */
async function playKubelet(namespace: string): Promise<void> {
  const { items } = await settled(client.list(Pod, { namespace }))
  let failed = items.some(({ status }) => status?.phase === 'Failed')
  for (const { metadata, status } of items) {
    const name: ObjectName = { namespace, name: metadata.name! }
    if (metadata.deletionTimestamp !== undefined) {
      await settled(client.delete(Pod, name, { gracePeriodSeconds: 0 }).catch(() => undefined))
      continue
    }
    if (status?.phase === 'Failed' || status?.phase === 'Succeeded') continue
    const phase = failed ? 'Succeeded' : 'Failed'
    failed = true
    await settled(client.patch(Pod, name, { type: 'merge', body: { status: { phase } } }, { subresource: 'status' }))
  }
}

/** Plays a whole Job in a namespace of its own; answers every request of its controller's runs, and how often that had to be started again. */
async function playJob(
  namespace: string,
  completionMode: 'Indexed' | 'NonIndexed',
  faults: readonly FaultRule[],
): Promise<{ requests: readonly RequestRecord[]; restarts: number }> {
  const name = { namespace, name: 'j' }
  await settled(client.create(Namespace, { metadata: { name: namespace }, spec: {} }))
  const controller = new ControllerProcess(namespace, faults)
  await controller.start()
  const template = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'main', image: 'busybox' }] } }
  await settled(
    client.create(Job, { metadata: name, spec: { completions: COMPLETIONS, parallelism: COMPLETIONS, completionMode, template } }),
  )
  for (let step = 0; step < STEPS_MAX; step++) {
    await clock.advance(STEP_MS)
    await controller.restartIfCrashed()
    await playKubelet(namespace)
    const { status } = await settled(client.get(Job, name))
    if (status?.conditions?.some(({ type }) => type === 'Complete')) break
  }
  // What is still on its way arrives: a late Pod, a second count, an event.
  await clock.advance(5_000)
  await controller.restartIfCrashed()
  await clock.advance(5_000)
  await controller.stop()
  return { requests: controller.faulty.requests.filter(ofRuns), restarts: controller.restarts }
}

async function expectComplete(namespace: string): Promise<void> {
  const job = await settled(client.get(Job, { namespace, name: 'j' }))
  expect(job.status).toMatchObject({
    succeeded: COMPLETIONS,
    failed: 1,
    conditions: [{ type: 'SuccessCriteriaMet' }, { type: 'Complete', status: 'True' }],
  })
  expect(job.status?.active ?? 0).toBe(0)
  expect(job.status?.uncountedTerminatedPods ?? {}).toEqual({})
  const { items: pods } = await settled(client.list(Pod, { namespace }))
  for (const pod of pods) {
    expect(controllerOf(pod)?.uid).toBe(job.metadata.uid)
    expect(pod.metadata.finalizers ?? []).toEqual([])
  }
  const phases = pods.map(({ status }) => status?.phase)
  expect(phases.sort()).toEqual(['Failed', ...Array.from({ length: COMPLETIONS }, () => 'Succeeded')])
}

const FAULTS: readonly RequestFault[] = [
  { type: 'crash-before' },
  { type: 'crash-after' },
  { type: 'lose-answer' },
  { type: 'refuse', error: conflict({ group: 'batch', resource: 'jobs' }, 'j', 'somebody was faster') },
]

describe.each(['NonIndexed', 'Indexed'] as const)('jobController() with a %s Job of which one Pod fails', (mode) => {
  const prefix = mode.toLowerCase()

  test.each(FAULTS)(
    'counts each Pod once after a $type at any of its requests',
    async (fault) => {
      const clean = `${prefix}-${fault.type}-clean`
      const { requests } = await playJob(clean, mode, [])
      await expectComplete(clean)
      // Four Pods, their four finalizers, the status after each step and the events.
      expect(requests.filter(({ verb, resource }) => verb === 'create' && resource === 'pods')).toHaveLength(COMPLETIONS + 1)
      expect(requests.filter(({ verb, resource }) => verb === 'patch' && resource === 'pods')).toHaveLength(COMPLETIONS + 1)
      expect(requests.length).toBeGreaterThan(3 * (COMPLETIONS + 1))
      for (let at = 1; at <= requests.length; at++) {
        const namespace = `${prefix}-${fault.type}-${at}`
        const played = await playJob(namespace, mode, [{ fault, at, matches: ofRuns }])
        const befallen = played.requests[at - 1]
        try {
          expect(befallen).toBeDefined()
          expect(played.restarts).toBe(fault.type.startsWith('crash') ? 1 : 0)
          await expectComplete(namespace)
        } catch (error) {
          throw new Error(`request ${at}: ${befallen?.verb} ${befallen?.resource}/${befallen?.subresource} ${befallen?.name}`, {
            cause: error,
          })
        }
      }
    },
    240_000,
  )
})
