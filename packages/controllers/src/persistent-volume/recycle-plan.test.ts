import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { planRecycling, podsUsing, recyclerPod, volumeOfRecycler } from './recycle-plan.ts'

const pod = (uid: string, status: Pod['status'] = {}, metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { namespace: 'default', name: 'recycler-for-disk', uid, ...metadata },
  spec: { containers: [] },
  status,
})

describe('planRecycling()', () => {
  const failed = (message: string) => ({ type: 'failed', message })
  test.each<[string, Pod | undefined, string | undefined, object]>([
    ['no Pod', undefined, undefined, { type: 'start' }],
    ['a Pod of an earlier life', pod('old'), undefined, failed('old recycler pod found, will retry later')],
    ['its Pod at work', pod('a', { phase: 'Running' }), 'a', { type: 'wait' }],
    ['its Pod without a node', pod('a'), 'a', { type: 'wait' }],
    ['its Pod done', pod('a', { phase: 'Succeeded' }), 'a', { type: 'done' }],
    ['its Pod failed', pod('a', { phase: 'Failed', message: 'fire' }), 'a', failed('failed to recycle volume: fire')],
    [
      'its Pod failed without a word',
      pod('a', { phase: 'Failed' }),
      'a',
      failed('failed to recycle volume: pod failed, pod.Status.Message unknown'),
    ],
    ['its Pod gone', undefined, 'a', failed('failed to recycle volume: recycler pod was deleted')],
    ['another Pod in its place', pod('b', { phase: 'Succeeded' }), 'a', failed('failed to recycle volume: recycler pod was deleted')],
  ])('is right when there is %s', (_, given, started, wanted) => {
    expect(planRecycling(given, started)).toEqual(wanted)
  })
})

describe('recyclerPod()', () => {
  test('mounts the volume and nothing else, for as long as it is told', () => {
    const made = recyclerPod(
      { metadata: { name: 'disk' }, spec: {} },
      { source: { nfs: { server: 's', path: '/p' } }, deadlineSeconds: 300 },
    )
    expect(made.metadata).toEqual({ namespace: 'default', name: 'recycler-for-disk' })
    expect([made.spec.volumes, made.spec.activeDeadlineSeconds]).toEqual([[{ name: 'vol', nfs: { server: 's', path: '/p' } }], 300])
    expect(volumeOfRecycler(made)).toBe('disk')
  })
})

describe('volumeOfRecycler()', () => {
  test('knows no volume of other Pods', () => {
    expect(volumeOfRecycler(pod('a', {}, { namespace: 'other' }))).toBeUndefined()
    expect(volumeOfRecycler(pod('a', {}, { name: 'web' }))).toBeUndefined()
  })
})

describe('podsUsing()', () => {
  test('counts Pods of which something may still run', () => {
    const deletionTimestamp = '2024-01-01T00:00:00Z'
    const status = { name: 'c', image: '', imageID: '', ready: false, restartCount: 0 }
    const running = [{ ...status, state: { running: {} } }]
    const ended = [{ ...status, state: { terminated: { exitCode: 0 } } }]
    const pods = [
      pod('1', { phase: 'Running' }, { name: 'z' }),
      pod('2', { phase: 'Succeeded' }, { name: 'succeeded' }),
      pod('3', { phase: 'Failed' }, { name: 'failed' }),
      pod('4', { phase: 'Running', containerStatuses: running }, { name: 'stopping', deletionTimestamp }),
      pod('5', { phase: 'Running', containerStatuses: ended, initContainerStatuses: running }, { name: 'initialising', deletionTimestamp }),
      pod('6', { phase: 'Running', containerStatuses: ended }, { name: 'stopped', deletionTimestamp }),
      pod('7', {}, { name: 'a' }),
    ]
    expect(podsUsing(pods)).toEqual(['default/a', 'default/initialising', 'default/stopping', 'default/z'])
  })
})
