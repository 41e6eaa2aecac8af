import { describe, expect, test } from '@jest/globals'
import { allResources } from '@kubetape/api'
import { TestServer } from '../testing/test-server.ts'
import { builtinResource } from './served-resource.ts'
import { subresourceHandlers } from './subresources/subresource-handlers.ts'

describe('Registry', () => {
  test('refuses an unknown resource of a known group', async () => {
    const { registry } = await TestServer.start()
    expect(() => registry.find('batch', 'v1', 'nopes')).toThrow('the server could not find the requested resource')
    expect([registry.knowsGroup('batch'), registry.knowsGroup('nope')]).toEqual([true, false])
    expect([registry.has('batch', 'v1', 'jobs'), registry.has('batch', 'v2', 'jobs')]).toEqual([true, false])
  })

  test('refuses verbs and subresources that a resource does not have', async () => {
    const server = await TestServer.start()
    expect((await server.send('delete', 'pods/p/binding', undefined)).code).toBe(405)
    expect((await server.send('get', 'configmaps/c/status', undefined)).code).toBe(404)
    expect((await server.send('watch', 'configmaps', undefined)).code).toBe(405)
  })

  test('sends warnings with a refusal too', async () => {
    const server = await TestServer.start()
    const answer = await server.create('pods', '{"metadata":{"name":"p"},"spec":{"containers":[]},"more":1}')
    expect([answer.code, answer.warnings]).toEqual([422, ['unknown field "more"']])
  })

  test('has somebody to serve every subresource of v1.31', () => {
    const views = new Set(['status', 'finalize', 'ephemeralcontainers', 'approval'])
    const unserved = allResources().flatMap((info) => {
      const scales = builtinResource(info).strategy.scale !== undefined
      return info.subresources
        .filter(({ name }) => !views.has(name) && !(name === 'scale' && scales))
        .map(({ name }) => `${info.group}/${info.resource}/${name}`)
        .filter((key) => !subresourceHandlers.has(key))
    })
    expect(unserved).toEqual([])
  })
})
