import { beforeEach, describe, expect, test } from '@jest/globals'
import type { FlowSchemaSpec } from '@kubetape/api/types/flowcontrol/v1'
import { InProcessClient } from '../in-process-client.ts'
import { ADMIN, TestServer } from '../testing/test-server.ts'
import { ensureFlowControlObjects, maintainFlowControlObjects } from './bootstrap-maintenance.ts'
import { DanglingConditions } from './dangling-conditions.ts'

const SCHEMAS = 'flowcontrol.apiserver.k8s.io/v1/flowschemas'
const LEVELS = 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations'

let server: TestServer
let client: InProcessClient

const ensure = async (): Promise<void> => {
  let done = false
  const made = ensureFlowControlObjects(client).finally(() => (done = true))
  await server.clock.advanceUntil(() => done)
  await made
}

beforeEach(async () => {
  server = await TestServer.start()
  client = new InProcessClient(server.registry, { user: ADMIN, userAgent: 'test' })
  await ensure()
})

const specOf = async (target: string): Promise<Record<string, unknown>> =>
  (await server.get(target)).body['spec'] as Record<string, unknown>

describe('ensureFlowControlObjects()', () => {
  test('makes what v1.31 has, valid by the rules of the kinds', async () => {
    const names = async (target: string): Promise<string[]> =>
      (await server.list(target)).body.items!.map(({ metadata }) => metadata!.name!)
    expect(await names(SCHEMAS)).toHaveLength(13)
    expect(await names(LEVELS)).toEqual([
      'catch-all',
      'exempt',
      'global-default',
      'leader-election',
      'node-high',
      'system',
      'workload-high',
      'workload-low',
    ])
    const { metadata } = (await server.get(`${LEVELS}/workload-low`)).body
    expect(metadata).toMatchObject({ generation: 1, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } })
  })

  test('counts the old locks of leaders among their elections, those of endpoints before in the flow of their controller', async () => {
    const resourcesOf = async (name: string): Promise<string[]> => {
      const { rules } = (await specOf(`${SCHEMAS}/${name}`)) as unknown as FlowSchemaSpec
      return rules![0]!.resourceRules!.map(({ resources, namespaces }) => `${resources.join(',')} in ${namespaces!.join(',')}`)
    }
    expect(await resourcesOf('system-leader-election')).toEqual(['endpoints,configmaps in kube-system', 'leases in *'])
    expect(await resourcesOf('workload-leader-election')).toEqual(['endpoints,configmaps in *', 'leases in *'])
    expect(await resourcesOf('endpoint-controller')).toEqual(['endpoints in *'])
  })

  test('repairs what is the server’s, and leaves what an administrator has taken over', async () => {
    const change = { spec: { matchingPrecedence: 901 } }
    await server.patch(`${SCHEMAS}/service-accounts`, 'merge', change)
    const mine = { metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } }, ...change }
    await server.patch(`${SCHEMAS}/global-default`, 'merge', mine)
    await server.delete(`${LEVELS}/system`)
    await ensure()
    expect((await specOf(`${SCHEMAS}/service-accounts`))['matchingPrecedence']).toBe(9000)
    expect((await specOf(`${SCHEMAS}/global-default`))['matchingPrecedence']).toBe(901)
    expect((await specOf(`${LEVELS}/system`))['type']).toBe('Limited')
  })

  test('writes nothing where all is as it should be', async () => {
    const { revision } = server.storage
    await ensure()
    expect(server.storage.revision).toBe(revision)
  })
})

describe('maintainFlowControlObjects()', () => {
  test('makes a deleted one again within a minute', async () => {
    const stop = maintainFlowControlObjects({ client, storage: server.storage, clock: server.clock })
    await server.delete(`${SCHEMAS}/catch-all`)
    expect((await server.get(`${SCHEMAS}/catch-all`)).code).toBe(404)
    await server.clock.advance(60_010)
    expect((await server.get(`${SCHEMAS}/catch-all`)).code).toBe(200)
    stop()
  })
})

describe('DanglingConditions', () => {
  test('says whether the level of a schema is there, as levels come and go', async () => {
    const started = new DanglingConditions({ client, storage: server.storage, clock: server.clock }).start()
    const condition = async (): Promise<unknown> => {
      await server.clock.advance(10)
      const { status } = (await server.get(`${SCHEMAS}/system-nodes`)).body as { status?: { conditions?: unknown[] } }
      return status?.conditions?.[0]
    }
    const said = 'This FlowSchema references the PriorityLevelConfiguration object named "system"'
    expect(await condition()).toMatchObject({ type: 'Dangling', status: 'False', reason: 'Found', message: `${said} and it exists` })
    await server.delete(`${LEVELS}/system`)
    expect(await condition()).toMatchObject({ status: 'True', reason: 'NotFound', message: `${said} but there is no such object` })
    const stop = await started
    stop()
  })
})
