import { describe, expect, test } from '@jest/globals'
import { tableColumns } from '@kubetape/api'
import type { ContainerStatus, Pod, PodStatus } from '@kubetape/api/types/core/v1'
import { podRow, podRowConditions } from './pod-table.ts'
import { NOW_MS, podWith } from './testing/pod-fixture.ts'

const row = (status: PodStatus, change: (pod: Pod) => void = () => undefined): unknown[] => {
  const pod = podWith((one) => {
    one.metadata.creationTimestamp = '2024-02-03T04:00:00Z'
    change(one)
  })
  return podRow({ ...pod, status }, NOW_MS)
}
const container = (name: string, fields: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: 'x',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...fields,
})
const running = (name: string, fields: Partial<ContainerStatus> = {}): ContainerStatus =>
  container(name, { ready: true, state: { running: {} }, ...fields })
const waiting = (name: string, reason: string): ContainerStatus => container(name, { state: { waiting: { reason } } })
const ended = (name: string, exitCode: number, fields: object = {}): ContainerStatus =>
  container(name, { state: { terminated: { exitCode, ...fields } } })
/** Ready, Status and Restarts. */
const state = (status: PodStatus, change?: (pod: Pod) => void): unknown[] => row(status, change).slice(1, 4)
const inits =
  (...containers: { name: string; restartPolicy?: string }[]) =>
  (pod: Pod): void =>
    void (pod.spec.initContainers = containers.map((one) => ({ image: 'x:1', ...one })))

describe('podRow()', () => {
  test('has a cell for every column', () => {
    expect(row({ phase: 'Pending' })).toEqual(['demo', '0/1', 'Pending', '0', '5m6s', '<none>', '<none>', '<none>', '<none>'])
    expect(row({})).toHaveLength(tableColumns({ group: '', version: 'v1', resource: 'pods' })!.length)
  })

  test('shows where a Pod is and which of its gates are open', () => {
    const cells = row(
      {
        podIPs: [{ ip: '10.0.0.9' }],
        nominatedNodeName: 'm',
        conditions: [
          { type: 'a', status: 'True' },
          { type: 'b', status: 'False' },
        ],
      },
      ({ spec }) => {
        spec.nodeName = 'n'
        spec.readinessGates = [{ conditionType: 'a' }, { conditionType: 'b' }]
      },
    )
    expect(cells.slice(5)).toEqual(['10.0.0.9', 'n', 'm', '1/2'])
  })

  test.each<[string, PodStatus, unknown[]]>([
    ['its phase', { phase: 'Running', containerStatuses: [running('main')] }, ['1/1', 'Running', '0']],
    ['the reason of its status', { phase: 'Failed', reason: 'Evicted' }, ['0/1', 'Evicted', '0']],
    [
      'why it is not scheduled',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      ['0/1', 'SchedulingGated', '0'],
    ],
    [
      'what a container waits for',
      { phase: 'Pending', containerStatuses: [waiting('main', 'ContainerCreating')] },
      ['0/1', 'ContainerCreating', '0'],
    ],
    ['how a container ended', { phase: 'Failed', containerStatuses: [ended('main', 137, { signal: 9 })] }, ['0/1', 'Signal:9', '0']],
    ['the exit code', { phase: 'Failed', containerStatuses: [ended('main', 3)] }, ['0/1', 'ExitCode:3', '0']],
    [
      'the reason of an end',
      { phase: 'Succeeded', containerStatuses: [ended('main', 0, { reason: 'Completed' })] },
      ['0/1', 'Completed', '0'],
    ],
    [
      'running beside a completed container',
      { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [ended('main', 0, { reason: 'Completed' }), running('b')] },
      ['1/1', 'Running', '0'],
    ],
    [
      'not ready beside a completed container',
      { containerStatuses: [ended('main', 0, { reason: 'Completed' }), running('b')] },
      ['1/1', 'NotReady', '0'],
    ],
  ])('shows %s', (_, status, expected) => {
    expect(state(status)).toEqual(expected)
  })

  test.each<[string, PodStatus, string]>([
    ['waits', { initContainerStatuses: [waiting('a', 'ImagePullBackOff')] }, 'Init:ImagePullBackOff'],
    ['is next', { initContainerStatuses: [ended('a', 0), waiting('b', 'PodInitializing')] }, 'Init:1/2'],
    ['failed', { initContainerStatuses: [ended('a', 1)] }, 'Init:ExitCode:1'],
    ['was killed', { initContainerStatuses: [ended('a', 1, { signal: 9 })] }, 'Init:Signal:9'],
    ['ran out of memory', { initContainerStatuses: [ended('a', 1, { reason: 'OOMKilled' })] }, 'Init:OOMKilled'],
  ])('shows an init container that %s', (_, status, expected) => {
    expect(state({ phase: 'Pending', ...status }, inits({ name: 'a' }, { name: 'b' }))[1]).toBe(expected)
  })

  test('counts sidecars among the containers and their restarts among the restarts', () => {
    const status = {
      phase: 'Running' as const,
      initContainerStatuses: [ended('i', 0), running('s', { started: true, restartCount: 2 })],
      containerStatuses: [running('main', { restartCount: 1 })],
    }
    expect(state(status, inits({ name: 'i' }, { name: 's', restartPolicy: 'Always' }))).toEqual(['2/2', 'Running', '3'])
  })

  test('shows restarts of init containers while they run, and those of the main ones then', () => {
    const initContainerStatuses = [container('i', { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } })]
    const containerStatuses = [running('main', { restartCount: 1 })]
    expect(state({ initContainerStatuses, containerStatuses }, inits({ name: 'i' }))).toEqual(['0/1', 'Init:CrashLoopBackOff', '3'])
    expect(
      state({ initContainerStatuses, containerStatuses, conditions: [{ type: 'Initialized', status: 'True' }] }, inits({ name: 'i' }))[2],
    ).toBe('1')
  })

  test('says when the last restart was', () => {
    const lastState = (finishedAt: string): Partial<ContainerStatus> => ({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1, finishedAt } },
    })
    expect(
      state({
        containerStatuses: [running('main', lastState('2024-02-03T04:05:00Z')), running('b', lastState('2024-02-03T04:00:06Z'))],
      })[2],
    ).toBe('2 (6s ago)')
    expect(state({ containerStatuses: [running('main', lastState(null as never))] })[2]).toBe('1')
  })

  test.each<[string, PodStatus, string]>([
    ['Terminating', { phase: 'Running' }, 'Terminating'],
    ['Unknown when its node is lost', { phase: 'Running', reason: 'NodeLost' }, 'Unknown'],
    ['as it ended when it has ended', { phase: 'Succeeded', containerStatuses: [ended('main', 0, { reason: 'Completed' })] }, 'Completed'],
  ])('shows a deleted Pod as %s', (_, status, expected) => {
    expect(state(status, ({ metadata }) => (metadata.deletionTimestamp = '2024-02-03T04:05:06Z'))[1]).toBe(expected)
  })
})

describe('podRowConditions()', () => {
  test('says of Pods that have ended that they are completed', () => {
    const of = (phase: string): unknown => podRowConditions({ metadata: {}, status: { phase } })?.map(({ type, reason }) => [type, reason])
    expect([of('Succeeded'), of('Failed'), of('Running')]).toEqual([[['Completed', 'Succeeded']], [['Completed', 'Failed']], undefined])
  })
})
