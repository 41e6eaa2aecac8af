import { describe, expect, test } from '@jest/globals'
import { type PodMemory, type PodPlan, planPod } from './pod-plan.ts'
import { PodScripts } from './pod-script.ts'
import { PLACE, Play, START_MS, podOf } from './testing/pod-play.ts'

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

  test('starts nothing before the volumes are there, and says that it waits', () => {
    const pod = podOf({ spec: { activeDeadlineSeconds: 60 } })
    const plan = (known: PodMemory | undefined, nowMs: number, waits: boolean): PodPlan =>
      planPod(pod, new PodScripts().scriptOf(pod), known, PLACE, nowMs, waits)
    const first = plan(undefined, START_MS, true)
    expect(first).toMatchObject({ status: { phase: 'Pending' }, requeueAfterMs: 60_000 })
    expect(first.status).not.toHaveProperty('podIP')
    expect(plan(first.memory, START_MS + 1000, true)).toMatchObject({ status: { phase: 'Pending' } })
    expect(plan(first.memory, START_MS + 2000, false)).toMatchObject({ status: { phase: 'Running', podIP: PLACE.podIP } })
    expect(plan(first.memory, START_MS + 60_000, true)).toMatchObject({ status: { phase: 'Failed', reason: 'DeadlineExceeded' } })
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
