import { afterEach, describe, expect, test } from '@jest/globals'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { CustomResourceDefinition, Node, Pod, ResourceQuota as ResourceQuotaKind, Secret } from '@kubetape/api/kinds'
import type { Kind } from '@kubetape/apimachinery'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { resourceQuotaController } from './resource-quota-controller.ts'

const definition = {
  metadata: { name: 'cats.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'cats', kind: 'Cat' },
    versions: [{ name: 'v1', served: true, storage: true }],
  },
  status: { conditions: [{ type: 'Established', status: 'True' }] },
}

describe('resourceQuotaController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  async function start(hard: Record<string, string>): Promise<RunningControllers> {
    running = await runControllers([resourceQuotaController({ resources: [Secret, Pod, Node] as Kind[] })])
    await running.cluster.create(ResourceQuotaKind, { metadata: { name: 'q', namespace: 'ns' }, spec: { hard } })
    await running.clock.advance(1)
    return running
  }

  const status = async ({ cluster }: RunningControllers): Promise<ResourceQuota['status']> =>
    (await cluster.get<ResourceQuota>(ResourceQuotaKind, { namespace: 'ns', name: 'q' })).status

  test('counts a new quota at once', async () => {
    expect(await status(await start({ secrets: '2' }))).toEqual({ hard: { secrets: '2' }, used: { secrets: '0' } })
  })

  test('counts what came in a little later, and what goes at once', async () => {
    const { cluster, clock } = await start({ secrets: '2' })
    await cluster.create(Secret, { metadata: { name: 's', namespace: 'ns' } })
    await clock.advance(1)
    expect((await status(running!))!.used).toEqual({ secrets: '0' })
    await clock.advance(500)
    expect((await status(running!))!.used).toEqual({ secrets: '1' })
    await cluster.delete(Secret, { namespace: 'ns', name: 's' })
    await clock.advance(1)
    expect((await status(running!))!.used).toEqual({ secrets: '0' })
  })

  test('counts custom resources as soon as they are served, and whenever they come or go', async () => {
    const { cluster, clock } = await start({ 'count/cats.example.com': '2' })
    expect(await status(running!)).toEqual({ hard: { 'count/cats.example.com': '2' } })
    const cats: Kind = { group: 'example.com', version: 'v1', kind: 'Cat', resource: 'cats', namespaced: true }
    await cluster.create(CustomResourceDefinition, definition)
    await clock.advance(500)
    expect((await status(running!))!.used).toEqual({ 'count/cats.example.com': '0' })
    await cluster.create(cats, { metadata: { name: 'tom', namespace: 'ns' } })
    await clock.advance(500)
    expect((await status(running!))!.used).toEqual({ 'count/cats.example.com': '1' })
    await cluster.delete(cats, { namespace: 'ns', name: 'tom' })
    await clock.advance(1)
    expect((await status(running!))!.used).toEqual({ 'count/cats.example.com': '0' })
    const writes = cluster.writes.length
    await clock.advance(60_000)
    expect(cluster.writes).toHaveLength(writes)
  })

  test('leaves what it has counted of custom resources that are not listed yet', async () => {
    const { cluster, clock } = await start({ 'count/cats.example.com': '2' })
    const cats: Kind = { group: 'example.com', version: 'v1', kind: 'Cat', resource: 'cats', namespaced: true }
    for (const name of ['tom', 'kit']) await cluster.create(cats, { metadata: { name, namespace: 'ns' } })
    let listed: () => void = () => {}
    const isListed = new Promise<void>((resolve) => (listed = resolve))
    const list = cluster.list.bind(cluster)
    cluster.list = async (kind, options) => {
      if (kind.resource === 'cats') await isListed
      return list(kind, options)
    }
    await cluster.create(CustomResourceDefinition, definition)
    await clock.advance(2000)
    expect((await status(running!))!.used).toBeUndefined()
    listed()
    await clock.advance(500)
    expect((await status(running!))!.used).toEqual({ 'count/cats.example.com': '2' })
  })

  test('counts again when a Pod ends, not when something else about it changes', async () => {
    const { cluster, clock } = await start({ pods: '2' })
    const target = { namespace: 'ns', name: 'p' }
    await cluster.create(Pod, { metadata: target, spec: { containers: [] } })
    await clock.advance(600)
    expect((await status(running!))!.used).toEqual({ pods: '1' })
    const before = cluster.writes.length
    await cluster.patch(Pod, target, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } })
    await clock.advance(1)
    expect(cluster.writes.slice(before).filter((write) => write.includes('resourcequotas'))).toEqual([])
    await cluster.patch(Pod, target, { type: 'merge', body: { status: { phase: 'Succeeded' } } })
    await clock.advance(1)
    expect((await status(running!))!.used).toEqual({ pods: '0' })
  })
})
