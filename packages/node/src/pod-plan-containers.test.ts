import { describe, expect, test } from '@jest/globals'
import type { PodSpec } from '@kubetape/api/types/core/v1'
import { Play, START_MS } from './testing/pod-play.ts'

describe('planPod()', () => {
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
})
