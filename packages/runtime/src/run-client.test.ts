import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Node } from '@kubetape/api/kinds'
import { badRequest, type KubeObject, type Status } from '@kubetape/apimachinery'
import { type Client, RequestFailed } from '@kubetape/client'
import type { RunAnswer, RunRequest } from '@kubetape/journal'
import { RunClient, sendThrough } from './run-client.ts'
import { configMap } from './testing/manager-bench.ts'

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 }

/** A client that answers this to everything. */
function answering(answer: RunAnswer): { client: RunClient; requests: RunRequest[] } {
  const requests: RunRequest[] = []
  const send = (request: RunRequest): Promise<RunAnswer> => {
    requests.push(request)
    return Promise.resolve(answer)
  }
  const client = new RunClient(send, send)
  return { client, requests }
}

describe('RunClient', () => {
  test('numbers requests from 1, those that are sent otherwise too', async () => {
    const { client, requests } = answering({ type: 'object', object: {} })
    await client.get(ConfigMap, { namespace: 'a', name: 'one' })
    expect(client.nextSequence()).toBe(2)
    await client.get(ConfigMap, { namespace: 'a', name: 'one' })
    expect(requests.map(({ sequence }) => sequence)).toEqual([1, 3])
  })

  test('says of a request everything that decides what it does, and nothing else', async () => {
    const { client, requests } = answering({ type: 'object', object: {} })
    const { signal } = new AbortController()
    const object = configMap('a/one')
    const node = { metadata: { name: 'n' }, spec: {} }
    await client.get(ConfigMap, { namespace: 'a', name: 'one' }, { resourceVersion: '3', signal })
    await client.create(ConfigMap, object, { dryRun: true, fieldValidation: 'Strict', onWarning: () => undefined, signal })
    await client.update(Node, node, { subresource: 'status', fieldManager: 'me' })
    await client.patch(ConfigMap, { namespace: 'a', name: 'one' }, { type: 'apply', body: { data: {} } }, { force: true })
    await client.delete(Node, { name: 'n' }, { gracePeriodSeconds: 0, propagationPolicy: 'Foreground' })
    expect(requests.map(({ sequence: _, ...rest }) => rest)).toEqual([
      { verb: 'get', group: '', version: 'v1', resource: 'configmaps', namespace: 'a', name: 'one', options: { resourceVersion: '3' } },
      {
        verb: 'create',
        group: '',
        version: 'v1',
        resource: 'configmaps',
        namespace: 'a',
        name: 'one',
        body: object,
        options: { dryRun: true, fieldValidation: 'Strict' },
      },
      {
        verb: 'update',
        group: '',
        version: 'v1',
        resource: 'nodes',
        subresource: 'status',
        name: 'n',
        body: node,
        options: { fieldManager: 'me' },
      },
      {
        verb: 'patch',
        group: '',
        version: 'v1',
        resource: 'configmaps',
        namespace: 'a',
        name: 'one',
        body: { data: {} },
        options: { force: true, patchType: 'apply' },
      },
      {
        verb: 'delete',
        group: '',
        version: 'v1',
        resource: 'nodes',
        name: 'n',
        options: { gracePeriodSeconds: 0, propagationPolicy: 'Foreground' },
      },
    ])
  })

  test('lists and deletes collections of one namespace', async () => {
    const list = { metadata: { resourceVersion: '5' }, items: [] }
    const { client, requests } = answering({ type: 'list', list })
    expect(await client.list(ConfigMap, { namespace: 'a', labelSelector: 'x=y', limit: 3 })).toBe(list)
    expect(await client.deleteCollection(ConfigMap, { namespace: 'a', fieldSelector: 'x=y', dryRun: true })).toBe(list)
    expect(requests.map(({ verb, namespace, options }) => [verb, namespace, options])).toEqual([
      ['list', 'a', { labelSelector: 'x=y', limit: 3 }],
      ['deletecollection', 'a', { dryRun: true, fieldSelector: 'x=y' }],
    ])
    expect(await answering({ type: 'status', status: SUCCESS }).client.deleteCollection(ConfigMap)).toBe(SUCCESS)
  })

  test('answers a deletion with the Status or the object', async () => {
    const object = configMap('a/one')
    expect(await answering({ type: 'status', status: SUCCESS }).client.delete(ConfigMap, { name: 'one' })).toBe(SUCCESS)
    expect(await answering({ type: 'object', object }).client.delete(ConfigMap, { name: 'one' })).toBe(object)
  })

  test('throws where an answer does not fit the request', async () => {
    const { client } = answering({ type: 'status', status: SUCCESS })
    await expect(client.get(ConfigMap, { name: 'x' })).rejects.toThrow('Cannot read an object: the answer is status')
    await expect(client.list(ConfigMap)).rejects.toThrow('Cannot read a list: the answer is status')
  })
})

describe('sendThrough()', () => {
  const request = (verb: RunRequest['verb'], more: Partial<RunRequest> = {}): RunRequest => ({
    sequence: 1,
    verb,
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace: 'a',
    name: 'one',
    ...more,
  })

  test('makes each request of a client, with its options', async () => {
    const made: unknown[][] = []
    const client = new Proxy({} as Client, {
      get:
        (_target, method) =>
        (...args: unknown[]) => {
          made.push([method, ...args])
          return Promise.resolve(method === 'list' ? { metadata: {}, items: [] } : method === 'delete' ? SUCCESS : { kind: 'ConfigMap' })
        },
    })
    const name = { namespace: 'a', name: 'one' }
    const body: KubeObject = { metadata: name }
    const options = { dryRun: true }
    const answers: RunAnswer[] = []
    for (const [verb, more] of [
      ['get'],
      ['list'],
      ['create', { body }],
      ['update', { body }],
      ['patch', { body, options: { patchType: 'json' } }],
      ['delete'],
      ['deletecollection'],
    ] as const) {
      answers.push((await sendThrough(client, request(verb, more), ConfigMap, options)).answer)
    }
    expect(made).toEqual([
      ['get', ConfigMap, name, options],
      ['list', ConfigMap, options],
      ['create', ConfigMap, body, options],
      ['update', ConfigMap, body, options],
      ['patch', ConfigMap, name, { type: 'json', body }, options],
      ['delete', ConfigMap, name, options],
      ['deleteCollection', ConfigMap, options],
    ])
    expect(answers.map(({ type }) => type)).toEqual(['object', 'list', 'object', 'object', 'object', 'status', 'object'])
  })

  test('makes answers of refusals and of requests that got none', async () => {
    const failing = (error: Error) => ({ get: () => Promise.reject(error) }) as unknown as Client
    expect(await sendThrough(failing(badRequest('no')), request('get'), ConfigMap, {})).toMatchObject({
      answer: { type: 'refused', status: { code: 400, message: 'no' } },
    })
    const lost = new RequestFailed('lost', { cause: new Error('reset') })
    for (const [error, message] of [
      [lost, 'lost'],
      [new TypeError('no such method'), 'no such method'],
    ] as const) {
      const sent = await sendThrough(failing(error), request('get'), ConfigMap, {})
      expect(sent.answer).toEqual({ type: 'failed', message })
      expect(sent.error).toBe(error)
    }
  })
})
