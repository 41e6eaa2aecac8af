import { afterEach, describe, expect, test } from '@jest/globals'
import { Node, Pod } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { podGarbageCollectorController } from './pod-garbage-collector-controller.ts'

describe('podGarbageCollectorController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('fails and deletes the Pods of a node that has been gone for 40 s, and leaves those of others', async () => {
    running = await runControllers([podGarbageCollectorController()])
    const { cluster, clock } = running
    await cluster.create(Node, { metadata: { name: 'here' }, spec: {} })
    await cluster.create(Node, { metadata: { name: 'gone' }, spec: {} })
    for (const node of ['here', 'gone'])
      await cluster.create(Pod, {
        metadata: { name: `on-${node}`, namespace: 'ns' },
        spec: { containers: [], nodeName: node },
        status: { phase: 'Running' },
      })
    await clock.advance(60_000)
    await cluster.delete(Node, { name: 'gone' })
    await clock.advance(39_000)
    expect((await cluster.list(Pod)).items).toHaveLength(2)
    await clock.advance(41_000)
    expect((await cluster.list(Pod)).items.map(({ metadata }) => metadata.name)).toEqual(['on-here'])
    expect(cluster.writes.slice(-2)).toEqual(['patch-status pods/on-gone', 'delete-Background pods/on-gone'])
  })
})
