import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, Event, Job } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { VirtualClock } from '@kubetape/determinism/testing'
import { TASK_LABEL, taskController } from './task-controller.ts'

describe('taskController()', () => {
  const clock = new VirtualClock()
  let plane: ControlPlane

  beforeEach(async () => {
    const starting = ControlPlane.start({ nodes: 1, clock, add: [taskController()] })
    await clock.advance(1000)
    plane = await starting
  })
  afterEach(async () => {
    const stopping = plane.stop()
    await clock.advance(1000)
    await stopping
  })

  const task = (name: string, data: Record<string, string>) => ({
    metadata: { name, namespace: 'default', labels: { [TASK_LABEL]: 'true' } },
    data,
  })
  const resultOf = async (name: string) =>
    (await plane.client().get(ConfigMap, { namespace: 'default', name })).metadata.annotations?.['example.kubetape.dev/result']

  test('runs the task as a Job that it owns, and notes that it completed', async () => {
    const made = await create(task('hello', { command: 'echo hello' }))
    await clock.advance(60_000)
    expect(await resultOf('hello')).toBe('Complete')
    const job = await plane.client().get(Job, { namespace: 'default', name: 'hello' })
    expect(job.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ConfigMap', name: 'hello', uid: made.metadata.uid })
  })

  test('notes that a task failed, with an event', async () => {
    await create(task('broken', { exitCode: '1' }))
    await clock.advance(60_000)
    expect(await resultOf('broken')).toBe('Failed')
    const events = await plane.client().list(Event, { namespace: 'default' })
    expect(
      events.items
        .filter(({ involvedObject }) => involvedObject.name === 'broken' && involvedObject.kind === 'ConfigMap')
        .map(({ reason }) => reason),
    ).toEqual(['Started', 'Failed'])
  })

  test('leaves other ConfigMaps alone', async () => {
    await create({ metadata: { name: 'plain', namespace: 'default' }, data: {} })
    await clock.advance(5000)
    expect((await plane.client().list(Job)).items).toEqual([])
  })

  async function create(object: NonNullable<typeof ConfigMap.wireType>) {
    const creating = plane.client().create(ConfigMap, object)
    await clock.advance(0)
    return creating
  }
})
