import { describe, expect, test } from '@jest/globals'
import type { Pod, PodSpec, PodStatus } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import { type PodMemory, type PodPlan, planPod } from './pod-plan.ts'
import { PodScripts } from './pod-script.ts'

const START_MS = Date.UTC(2024, 4, 1, 12)
const PLACE = { podIP: '10.244.0.7', hostIP: '192.168.0.10' }

interface Fixture {
  readonly spec?: Partial<PodSpec>
  readonly annotations?: Record<string, string>
}

const podOf = ({ spec = {}, annotations = {} }: Fixture = {}): Pod => ({
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
class Play {
  pod: Pod
  nowMs = START_MS
  readonly phases: string[] = []
  #memory: PodMemory | undefined
  removed = false
  readonly scripts = new PodScripts()
  last: PodPlan | undefined

  constructor(fixture: Fixture = {}) {
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

describe('planPod()', () => {
  test('starts the containers after their delay, and reports all of it', () => {
    const play = new Play().run(2)
    expect(play.phases).toEqual(['20:Running'])
    expect(play.status).toMatchObject({
      phase: 'Running',
      qosClass: 'BestEffort',
      startTime: '2024-05-01T12:00:00Z',
      hostIP: '192.168.0.10',
      hostIPs: [{ ip: '192.168.0.10' }],
      podIP: '10.244.0.7',
      podIPs: [{ ip: '10.244.0.7' }],
      containerStatuses: [
        {
          name: 'main',
          image: 'registry.test/app:1',
          imageID: expect.stringMatching(/^registry\.test\/app@sha256:[0-9a-f]{64}$/),
          containerID: expect.stringMatching(/^sim:\/\/[0-9a-f]{64}$/),
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: '2024-05-01T12:00:00Z' } },
          lastState: {},
        },
      ],
    })
    for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
      expect([type, play.condition(type)]).toEqual([type, 'True'])
  })

  test('reports a start that takes long before it comes', () => {
    const play = new Play({ annotations: { 'start-ms': '5000' } }).run()
    expect(play.phases).toEqual(['0:Pending', '5000:Running', '5050:Succeeded'])
    const first = new Play({ annotations: { 'start-ms': '5000' } })
    first.look()
    expect(first.status.containerStatuses).toMatchObject([
      { ready: false, started: false, imageID: '', state: { waiting: { reason: 'ContainerCreating' } } },
    ])
    expect(first.condition('ContainersReady')).toBe('False ContainersNotReady containers with unready status: [main]')
    expect(first.condition('PodReadyToStartContainers')).toBe('False')
    expect(first.status.podIP).toBeUndefined()
  })

  test.each([
    { title: 'all exit 0', exitCode: '0', restartPolicy: 'Never' as const, phase: 'Succeeded', why: 'PodCompleted' },
    { title: 'one exits 3', exitCode: 'main=3', restartPolicy: 'Never' as const, phase: 'Failed', why: 'PodFailed' },
    {
      title: 'all exit 0 and failures are restarted',
      exitCode: '0',
      restartPolicy: 'OnFailure' as const,
      phase: 'Succeeded',
      why: 'PodCompleted',
    },
  ])('ends the Pod as $phase when $title', ({ exitCode, restartPolicy, phase, why }) => {
    const play = new Play({
      annotations: { 'exit-code': exitCode },
      spec: { restartPolicy, containers: [{ name: 'main' }, { name: 'other' }] },
    }).run()
    expect(play.status.phase).toBe(phase)
    expect(play.condition('Ready')).toBe(`False ${why}`)
    expect(play.condition('ContainersReady')).toBe(`False ${why}`)
    expect(play.condition('Initialized')).toBe(phase === 'Succeeded' ? 'True PodCompleted' : 'True')
    expect(play.condition('PodReadyToStartContainers')).toBe('False')
    expect(play.status.containerStatuses).toHaveLength(2)
    expect(play.last).toMatchObject({ memory: undefined, requeueAfterMs: undefined, remove: false })
    expect(play.look()).toEqual({ status: undefined, memory: undefined, remove: false, requeueAfterMs: undefined })
  })

  test('restarts failed containers with a count and their last state, and backs off', () => {
    const play = new Play({ annotations: { 'exit-code': '2' }, spec: { restartPolicy: 'OnFailure' } }).run(4)
    expect(play.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        {
          restartCount: 1,
          ready: false,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=main pod=p_ns(pod-uid)' } },
          lastState: { terminated: { exitCode: 2, reason: 'Error' } },
        },
      ],
    })
    expect(play.nowMs - START_MS).toBe(20 + 50 + 50 + 10_000)
    play.look()
    expect(play.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 2, ready: true, state: { running: {} } }] })
  })

  test('keeps a Pod that is always restarted running, without another look', () => {
    const play = new Play({ spec: { restartPolicy: 'Always' } }).run()
    expect(play.phases).toEqual(['20:Running'])
    expect(play.last!.requeueAfterMs).toBeUndefined()
    expect(play.look().status).toBeUndefined()
  })

  test('gives each index of an Indexed Job its own end', () => {
    const ends = ['0', '1'].map((index) => {
      const play = new Play({ annotations: { 'exit-code-by-index': '0=42,*=0' } })
      play.pod.metadata.labels = { 'batch.kubernetes.io/job-completion-index': index }
      return play.run().status.containerStatuses![0]!.state!.terminated!.exitCode
    })
    expect(ends).toEqual([42, 0])
  })

  test('fails the Pod as a whole with the condition asked for', () => {
    const play = new Play({
      annotations: { 'fail-condition': 'DisruptionTarget=EvictionByEvictionAPI', 'run-ms': '200' },
      spec: { restartPolicy: 'OnFailure' },
    }).run()
    expect(play.phases).toEqual(['20:Running', '220:Failed'])
    expect(play.condition('DisruptionTarget')).toBe('True EvictionByEvictionAPI')
    expect(play.status.containerStatuses).toMatchObject([{ state: { terminated: { exitCode: 143 } } }])
  })

  test('fails a Pod that is active for longer than its deadline, before it starts too', () => {
    const running = new Play({ annotations: { 'run-ms': 'forever' }, spec: { activeDeadlineSeconds: 3 } }).run()
    expect(running.phases).toEqual(['20:Running', '3000:Failed'])
    expect(running.status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
      containerStatuses: [{ state: { terminated: { exitCode: 143 } } }],
    })
    const starting = new Play({ annotations: { 'start-ms': '9000' }, spec: { activeDeadlineSeconds: 3 } }).run()
    expect(starting.phases).toEqual(['0:Pending', '3000:Failed'])
  })

  test('runs init containers before the others, and sidecars beside them', () => {
    const spec: Partial<PodSpec> = { initContainers: [{ name: 'first' }, { name: 'side', restartPolicy: 'Always' }] }
    const play = new Play({ spec }).run(2)
    expect(play.status.initContainerStatuses).toMatchObject([
      { name: 'first', ready: true, started: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'side', ready: true, started: true, state: { running: {} } },
    ])
    play.run()
    expect(play.status).toMatchObject({ phase: 'Succeeded', initContainerStatuses: [{}, { state: { terminated: { exitCode: 0 } } }] })
  })

  test.each([
    { restartPolicy: 'Never' as const, phase: 'Failed', state: { terminated: { exitCode: 1 } } },
    { restartPolicy: 'OnFailure' as const, phase: 'Pending', state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ])('is $phase when an init container fails under restartPolicy $restartPolicy', ({ restartPolicy, phase, state }) => {
    const play = new Play({ annotations: { 'exit-code': 'first=1' }, spec: { restartPolicy, initContainers: [{ name: 'first' }] } }).run(3)
    expect(play.status).toMatchObject({
      phase,
      initContainerStatuses: [{ state }],
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    })
    expect(play.condition('Initialized')).toBe('False ContainersNotInitialized containers with incomplete status: [first]')
  })

  test('runs an ephemeral container that was added later, ready for nobody, until the Pod ends', () => {
    const play = new Play({ annotations: { 'run-ms': '5000' } }).run(2)
    expect(play.status.ephemeralContainerStatuses).toBeUndefined()
    play.pod = { ...play.pod, spec: { ...play.pod.spec, ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] } }
    play.nowMs = START_MS + 1000
    play.look()
    const [debug] = play.status.ephemeralContainerStatuses ?? []
    expect(debug).toMatchObject({
      name: 'debugger',
      image: 'busybox',
      ready: false,
      restartCount: 0,
      state: { running: { startedAt: '2024-05-01T12:00:01Z' } },
      lastState: {},
      containerID: expect.stringMatching(/^sim:/),
    })
    expect(debug).not.toHaveProperty('started')
    expect([play.condition('Ready'), play.status.phase]).toEqual(['True', 'Running'])
    play.forget().run()
    expect(play.status.phase).toBe('Succeeded')
    expect(play.status.ephemeralContainerStatuses).toMatchObject([
      { state: { terminated: { exitCode: 143, startedAt: '2024-05-01T12:00:01Z' } } },
    ])
  })

  test('starts an ephemeral container though the init containers never end well', () => {
    const spec = { initContainers: [{ name: 'init' }], ephemeralContainers: [{ name: 'debugger' }], restartPolicy: 'Always' as const }
    const play = new Play({ spec, annotations: { 'exit-code': 'init=1' } }).run(3)
    expect(play.status).toMatchObject({ phase: 'Pending', ephemeralContainerStatuses: [{ name: 'debugger', state: { running: {} } }] })
  })

  test('stops the containers of a deleted Pod, reports their end, then removes it', () => {
    const play = new Play({ spec: { restartPolicy: 'Always' } }).run()
    play.nowMs += 1000
    play.delete().run()
    expect(play.phases).toEqual(['20:Running', '1030:Failed'])
    expect(play.status.containerStatuses).toMatchObject([{ ready: false, state: { terminated: { exitCode: 143, reason: 'Error' } } }])
    expect(play.removed).toBe(true)
  })

  test('takes no longer to stop than the grace period allows', () => {
    const play = new Play({ annotations: { 'stop-ms': '60000' }, spec: { restartPolicy: 'Always' } }).run()
    play.delete(2).run()
    expect(play.phases.at(-1)).toBe('2020:Failed')
  })

  test('removes a deleted Pod that never started or had ended already, and leaves one that only finalizers hold', () => {
    const fresh = new Play().delete().run()
    expect([fresh.phases, fresh.removed]).toEqual([['10:Failed'], true])
    const ended = new Play().run().delete()
    expect(ended.look()).toMatchObject({ status: undefined, remove: true })
    expect(ended.delete(0).look()).toMatchObject({ status: undefined, remove: false })
  })

  test('keeps Ready back until the readiness gates are open', () => {
    const play = new Play({ spec: { restartPolicy: 'Always', readinessGates: [{ conditionType: 'example.com/ok' }] } }).run()
    expect(play.condition('ContainersReady')).toBe('True')
    expect(play.condition('Ready')).toBe(
      'False ReadinessGatesNotReady corresponding condition of pod readiness gate "example.com/ok" does not exist.',
    )
    play.pod.status!.conditions!.push({ type: 'example.com/ok', status: 'True' })
    play.look()
    expect(play.condition('Ready')).toBe('True')
  })

  test('goes on from the status when it has forgotten the Pod', () => {
    const play = new Play({ annotations: { 'run-ms': '5000' } }).run(2).forget()
    play.nowMs = START_MS + 1000
    expect(play.look()).toMatchObject({ status: undefined, requeueAfterMs: 4000 })
    play.nowMs += 4000
    play.forget().look()
    expect(play.status.phase).toBe('Succeeded')
  })

  test('starts anew for another Pod under the same name', () => {
    const play = new Play({ annotations: { 'run-ms': '5000' } }).run(2)
    play.pod = { ...podOf(), metadata: { ...podOf().metadata, uid: 'another' } }
    expect(play.look()).toMatchObject({ status: undefined, memory: { uid: 'another' }, requeueAfterMs: 20 })
  })
})
