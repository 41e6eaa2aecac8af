import { describe, expect, test } from '@jest/globals'
import type { ContainerStatus, Pod } from '@kubetape/api/types/core/v1'
import { simulatedKubelets } from './container-log.ts'

const kubelets = simulatedKubelets({ count: 1 })
const STARTED_MS = Date.UTC(2024, 0, 1)

function podWith(status: Partial<ContainerStatus> | undefined, annotations: Record<string, string> = {}): Pod {
  const containerStatuses = status === undefined ? [] : [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, ...status }]
  return {
    metadata: { name: 'p', namespace: 'default', annotations },
    spec: { nodeName: 'kubetape-node-0', containers: [{ name: 'c', image: 'i' }] },
    status: { containerStatuses },
  }
}

const RUNNING = { containerID: 'sim://2', state: { running: { startedAt: '2024-01-01T00:00:00Z' } } }
const terminated = (containerID?: string) => ({
  terminated: {
    exitCode: 3,
    startedAt: '2024-01-01T00:00:00Z',
    finishedAt: '2024-01-01T00:00:05Z',
    ...(containerID === undefined ? {} : { containerID }),
  },
})

describe('simulatedKubelets()', () => {
  test('are those of the simulated nodes', () => {
    expect(['kubetape-node-0', 'kubetape-node-1', 'n'].map((name) => kubelets.has(name))).toEqual([true, false, false])
  })

  test('tell how a container was simulated', () => {
    const begun = { timeMs: STARTED_MS, text: 'Container "c" was started by a simulated node: nothing is executed' }
    expect(kubelets.containerLog(podWith(RUNNING), 'c', false)).toEqual({ containerId: 'sim://2', isOver: false, lines: [begun] })
    const ended = { timeMs: STARTED_MS + 5000, text: 'Container "c" was ended by a simulated node with exit code 3' }
    expect(kubelets.containerLog(podWith({ state: terminated('sim://1') }), 'c', false)).toEqual({
      containerId: 'sim://1',
      isOver: true,
      lines: [begun, ended],
    })
  })

  test('tell what a script lets a container write', () => {
    const pod = podWith(RUNNING, { 'sim.kubetape.dev/log': 'one\ntwo\n' })
    expect(kubelets.containerLog(pod, 'c', false).lines).toEqual(['one', 'two'].map((text) => ({ timeMs: STARTED_MS, text })))
    const ruled = simulatedKubelets({ count: 1, rules: [{ log: 'three' }] })
    expect(ruled.containerLog(podWith(RUNNING), 'c', false).lines).toEqual([{ timeMs: STARTED_MS, text: 'three' }])
  })

  test('give the run before, also while the next one waits', () => {
    const crashed = { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: terminated('sim://1') }
    expect(kubelets.containerLog(podWith(crashed), 'c', false).containerId).toBe('sim://1')
    expect(kubelets.containerLog(podWith({ ...RUNNING, lastState: terminated('sim://1') }), 'c', true).containerId).toBe('sim://1')
  })

  test('refuse with the words of a kubelet', () => {
    const refused: [Partial<ContainerStatus> | undefined, boolean, string][] = [
      [undefined, false, 'container "c" in pod "p" is not available'],
      [RUNNING, true, 'previous terminated container "c" in pod "p" not found'],
      [{ state: { waiting: { reason: 'ContainerCreating' } } }, false, 'container "c" in pod "p" is waiting to start: ContainerCreating'],
      [{}, false, 'container "c" in pod "p" is waiting to start - no logs yet'],
      [{ state: terminated() }, false, 'container "c" in pod "p" is terminated'],
    ]
    for (const [status, previous, text] of refused) expect(() => kubelets.containerLog(podWith(status), 'c', previous)).toThrow(text)
  })
})
