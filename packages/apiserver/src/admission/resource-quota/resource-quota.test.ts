import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import type { AdmissionPlugin } from '../admission.ts'
import { TestServer } from '../../testing/test-server.ts'
import { resourceQuota } from './resource-quota.ts'

/** A server with one quota whose use is known. */
async function start(hard: Record<string, string>, others: readonly AdmissionPlugin[] = []): Promise<TestServer> {
  const server = await TestServer.start({ plugins: (_storage, _clock, environment) => [resourceQuota(environment), ...others] })
  await server.create('resourcequotas', { metadata: { name: 'q' }, spec: { hard } })
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  await server.patch('resourcequotas/q/status', 'merge', { status: { hard, used } })
  return server
}

const usedOf = async (server: TestServer): Promise<unknown> =>
  ((await server.get('resourcequotas/q')).body['status'] as { used?: unknown }).used
const secret = (name: string): object => ({ metadata: { name } })
const service = (type: string, ports = 1): KubeObject => ({
  metadata: { name: 's' },
  spec: { type, ports: Array.from({ length: ports }, (_, at) => ({ name: `p${at}`, port: 80 + at })) },
})

describe('resourceQuota()', () => {
  test('charges what comes in and refuses what does not fit', async () => {
    const server = await start({ secrets: '1' })
    expect((await server.create('secrets', secret('a'))).code).toBe(201)
    expect(await usedOf(server)).toEqual({ secrets: '1' })
    expect(await server.create('secrets', secret('b'))).toMatchObject({
      code: 403,
      body: { message: 'secrets "b" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1' },
    })
    expect((await server.create('configmaps', secret('c'))).code).toBe(201)
  })

  test('lets nothing beyond the limit, however many come at once', async () => {
    const server = await start({ secrets: '3' })
    const codes = await Promise.all(Array.from({ length: 10 }, (_, at) => server.create('secrets', secret(`s${at}`))))
    expect(codes.filter(({ code }) => code === 201)).toHaveLength(3)
    expect(server.storage.count({ group: '', resource: 'secrets' })).toBe(3)
    expect(await usedOf(server)).toEqual({ secrets: '3' })
  })

  test('refuses while the use is not known', async () => {
    const server = await start({ secrets: '1' })
    await server.patch('resourcequotas/q/status', 'merge', { status: { used: null } })
    expect((await server.create('secrets', secret('a'))).body.message).toContain('status unknown for quota: q, resources: secrets')
  })

  test('judges a dry run and charges nothing', async () => {
    const server = await start({ secrets: '1' })
    expect((await server.create('secrets', secret('a'), { dryRun: ['All'] })).code).toBe(201)
    expect(await usedOf(server)).toEqual({ secrets: '0' })
    await server.create('secrets', secret('a'))
    expect((await server.create('secrets', secret('b'), { dryRun: ['All'] })).code).toBe(403)
  })

  test('gives back what is refused later', async () => {
    const server = await start({ secrets: '5' })
    await server.create('secrets', secret('a'))
    expect((await server.create('secrets', secret('a'))).code).toBe(409)
    await server.clock.advance(10)
    expect(await usedOf(server)).toEqual({ secrets: '1' })
  })

  test('charges once for a generated name that is tried again', async () => {
    const server = await start({ secrets: '5' })
    await server.create('secrets', { metadata: { generateName: 'x-' } })
    await server.clock.advance(10)
    expect(await usedOf(server)).toEqual({ secrets: '1' })
  })

  test('charges of an update what it uses more', async () => {
    const server = await start({ services: '5', 'services.nodeports': '3' })
    await server.create('services', service('ClusterIP', 2))
    expect(await usedOf(server)).toEqual({ services: '1', 'services.nodeports': '0' })
    await server.patch('services/s', 'merge', { spec: { type: 'NodePort' } })
    expect(await usedOf(server)).toEqual({ services: '1', 'services.nodeports': '2' })
  })

  test('does not take back what somebody else has counted meanwhile', async () => {
    const meanwhile: { recount?: () => Promise<unknown> } = {}
    const server: TestServer = await start({ secrets: '5' }, [
      {
        name: 'Last',
        validate: async ({ resource, name }) => {
          if (resource.info.resource !== 'secrets' || name !== 'refused') return
          await meanwhile.recount?.()
          throw new Error('refused')
        },
      },
    ])
    meanwhile.recount = () =>
      server.registry.handle({
        ...server.request('patch', 'resourcequotas/q/status'),
        patchType: 'merge',
        body: { status: { used: { secrets: '4' } } },
      })
    await expect(server.create('secrets', secret('refused'))).rejects.toThrow('refused')
    await server.clock.advance(10)
    expect(await usedOf(server)).toEqual({ secrets: '4' })
  })
})
