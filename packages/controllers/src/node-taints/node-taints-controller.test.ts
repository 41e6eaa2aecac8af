import { afterEach, describe, expect, test } from '@jest/globals'
import type { Node } from '@kubetape/api/types/core/v1'
import { Node as NodeKind } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { nodeTaintsController } from './node-taints-controller.ts'

describe('nodeTaintsController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('follows the conditions of a node', async () => {
    running = await runControllers([nodeTaintsController()])
    const { cluster, clock } = running
    const kind = NodeKind as unknown as Kind
    const taints = async (): Promise<unknown> => (await cluster.get<Node>(NodeKind, { name: 'n' })).spec?.taints?.map(({ key }) => key)
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    await cluster.create(kind, {
      metadata: { name: 'n' },
      spec: { taints: [taint] },
      status: { conditions: [{ type: 'Ready', status: 'False' }] },
    })
    await clock.advance(1)
    expect(await taints()).toEqual([taint.key])
    await cluster.patch(kind, { name: 'n' }, { type: 'merge', body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } } })
    await clock.advance(1)
    expect(await taints()).toBeUndefined()
    const writes = cluster.writes.length
    await cluster.patch(kind, { name: 'n' }, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } })
    await clock.advance(1)
    expect(cluster.writes).toHaveLength(writes + 1)
  })
})
