import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { hasCondition } from '@kubetape/apimachinery'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

const definition = (description: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['gd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', description } } } },
      },
    ],
  },
})

/**
 * Nothing here waits or tries again: each answer is the first one that is asked for after the event, so that how soon a definition is to be seen is no
 * matter of time at all.
 */
describe('addApiPaths()', () => {
  let wire: WireServer
  beforeAll(async () => {
    wire = await startWireServer()
  })
  afterAll(() => wire.close())

  /** Resolves in the turn in which the state of the definition is committed that `is` is true of; undefined: it has gone. */
  const happens = (is: (definition: CustomResourceDefinition | undefined) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const { storage } = wire
      const stop = storage.watch(
        { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
        { since: storage.revision },
        ({ type, object }) => {
          if (!is(type === 'DELETED' ? undefined : (object.object as CustomResourceDefinition))) return
          stop()
          resolve()
        },
      )
    })
  const json = async (path: string, accept = 'application/json'): Promise<unknown> =>
    (await wire.fetch(path, { headers: { accept } })).json()
  const openApiPath = async (): Promise<string | undefined> => {
    const { paths } = (await json('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> }
    return paths['apis/example.com/v1']?.serverRelativeURL
  }
  const described = async (path: string): Promise<unknown> => {
    const { components } = (await json(path)) as {
      components: { schemas: Record<string, { properties?: Record<string, { description?: string }> }> }
    }
    return components.schemas['com.example.v1.Gadget']?.properties?.['spec']?.description
  }

  test('tells of a custom resource, explains and serves it from the commit on that says it is established', async () => {
    const established = happens((one) => hasCondition(one?.status?.conditions, 'Established'))
    expect((await wire.fetch(DEFINITIONS, { method: 'POST', body: definition('what it is') })).status).toBe(201)
    await established
    const groups = (await json('/apis', AGGREGATED)) as { items: { metadata: { name: string }; versions: { resources: object[] }[] }[] }
    expect(groups.items.find(({ metadata }) => metadata.name === 'example.com')?.versions[0]?.resources).toEqual([
      expect.objectContaining({ resource: 'gadgets', shortNames: ['gd'] }),
    ])
    expect(await json('/apis/example.com/v1')).toMatchObject({ resources: [{ name: 'gadgets', kind: 'Gadget' }] })
    expect(await described((await openApiPath())!)).toBe('what it is')
    const path = '/apis/example.com/v1/namespaces/default/gadgets'
    expect(
      (await wire.fetch(path, { method: 'POST', body: { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'a' } } })).status,
    ).toBe(201)
  })

  test('explains what the schema says now, at another address', async () => {
    const before = await openApiPath()
    const changed = happens((one) => one?.metadata.generation === 2)
    const headers = { 'content-type': 'application/merge-patch+json' }
    await wire.fetch(`${DEFINITIONS}/gadgets.example.com`, { method: 'PATCH', headers, body: definition('what it has become') })
    await changed
    const after = await openApiPath()
    expect(after).not.toBe(before)
    expect(await described(after!)).toBe('what it has become')
  })

  test('forgets a custom resource with its definition', async () => {
    const gone = happens((one) => one === undefined)
    await wire.fetch(`${DEFINITIONS}/gadgets.example.com`, { method: 'DELETE' })
    await gone
    expect(await openApiPath()).toBeUndefined()
    expect((await wire.fetch('/apis/example.com')).status).toBe(404)
    expect((await wire.fetch('/apis/example.com/v1/gadgets')).status).toBe(404)
    expect(((await json('/apis')) as { groups: { name: string }[] }).groups.map(({ name }) => name)).not.toContain('example.com')
  })
})
