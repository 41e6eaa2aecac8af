import { describe, expect, test } from '@jest/globals'
import type { APIService } from '@kubetape/api/types/apiregistration/v1'
import { InProcessClient } from '../in-process-client.ts'
import { ADMIN, TestServer } from '../testing/test-server.ts'
import { LocalApiServices } from './local-api-services.ts'

const API_SERVICES = 'apiregistration.k8s.io/v1/apiservices'
const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
const definition = {
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: open }],
  },
}

describe('LocalApiServices', () => {
  test('registers what is served, and follows what comes and goes', async () => {
    const server = await TestServer.start()
    const client = new InProcessClient(server.registry, { user: ADMIN, userAgent: 'test' })
    const services = new LocalApiServices({ registry: server.registry, client, clock: server.clock, log: () => undefined })
    const done = services.sync()
    await server.clock.advance(0)
    await done
    const names = async (): Promise<string[]> => (await server.list(API_SERVICES)).body.items!.map(({ metadata }) => metadata!.name!)
    expect(await names()).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling']))
    expect(await names()).not.toContain('v1.apiregistration.k8s.io')
    const apps = (await server.get(`${API_SERVICES}/v1.apps`)).body as unknown as APIService
    expect(apps.spec).toEqual({ group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 })
    expect(apps.status!.conditions).toMatchObject([{ type: 'Available', status: 'True', reason: 'Local' }])
    const stop = server.serveCustomResources()
    await server.create('apiextensions.k8s.io/v1/customresourcedefinitions', definition)
    await server.clock.advance(1)
    expect((await server.get(`${API_SERVICES}/v1.example.com`)).body.metadata!.labels).toEqual({
      'kube-aggregator.kubernetes.io/automanaged': 'true',
    })
    await server.delete('apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.com')
    await server.clock.advance(1)
    expect(await names()).not.toContain('v1.example.com')
    services.stop()
    stop()
  })
})

describe('apiServiceStrategy', () => {
  const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 }

  test('refuses an APIService of another server', async () => {
    const server = await TestServer.start()
    const body = { metadata: { name: 'v1.example.com' }, spec: { ...spec, service: { namespace: 'a', name: 'b' } } }
    const answer = await server.create(API_SERVICES, body)
    expect([answer.code, answer.body.message]).toEqual([501, expect.stringContaining('Cannot register an APIService with a service')])
  })

  test.each([
    [{ metadata: { name: 'x' }, spec }, 'metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.example.com"'],
    [
      { metadata: { name: 'v1.example.com' }, spec: { ...spec, versionPriority: 1001 } },
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ],
    [{ metadata: { name: 'v2.' }, spec: { ...spec, group: '', version: 'v2' } }, 'only v1 may have an empty group'],
  ])('refuses %j', async (body, message) => {
    const answer = await (await TestServer.start()).create(API_SERVICES, body)
    expect([answer.code, answer.body.message]).toEqual([422, expect.stringContaining(message)])
  })
})
