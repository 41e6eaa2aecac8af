import { afterEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, Job, Namespace, Pod } from '@kubetape/api/kinds'
import type { HttpClient } from './http-client.ts'
import { clientForServer, type ServerOptions } from './server-client.ts'
import { inTurn, json, type Play, PlayedServer } from './testing/played-server.ts'

const AT = { namespace: 'ns', name: 'a' }
const STATUS = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'told so',
  reason: 'NotFound',
  details: { name: 'a', kind: 'configmaps' },
  code: 404,
}
const OBJECT = { kind: 'ConfigMap', apiVersion: 'v1', metadata: AT, data: { k: 'größer' } }

const opened: { server: PlayedServer; client: HttpClient }[] = []

async function open(play: Play, options: Partial<ServerOptions> = {}): Promise<{ server: PlayedServer; client: HttpClient }> {
  const server = await PlayedServer.start(play)
  const pair = { server, client: clientForServer({ url: server.url, ...options }) }
  opened.push(pair)
  return pair
}

afterEach(async () => {
  for (const { server, client } of opened.splice(0)) {
    client.close()
    await server.close()
  }
})

describe('HttpClient requests', () => {
  test('get() sends its path, options and identity', async () => {
    const { server, client } = await open(json(200, OBJECT), { token: 'secret', userAgent: 'tester/1' })
    expect(await client.get(ConfigMap, AT, { resourceVersion: '0' })).toEqual(OBJECT)
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/namespaces/ns/configmaps/a?resourceVersion=0',
      headers: { accept: 'application/json', authorization: 'Bearer secret', 'user-agent': 'tester/1' },
      body: '',
    })
  })

  test('list() sends every option', async () => {
    const { server, client } = await open(json(200, { kind: 'JobList', apiVersion: 'batch/v1', metadata: {}, items: [] }))
    await client.list(Job, {
      namespace: 'ns',
      labelSelector: 'a=b',
      fieldSelector: 'c=d',
      resourceVersion: '5',
      resourceVersionMatch: 'Exact',
      limit: 2,
      continue: 't',
    })
    await client.list(Job)
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/apis/batch/v1/namespaces/ns/jobs?labelSelector=a%3Db&fieldSelector=c%3Dd&resourceVersion=5&resourceVersionMatch=Exact&limit=2&continue=t',
      '/apis/batch/v1/jobs',
    ])
  })

  test('create() and update() send the object, their options and the cause', async () => {
    const { server, client } = await open(json(201, OBJECT))
    const options = { dryRun: true, fieldManager: 'm', fieldValidation: 'Strict', cause: { run: '7', sequence: 2 } } as const
    await client.create(ConfigMap, { metadata: { namespace: 'ns', generateName: 'a-' } }, options)
    await client.update(ConfigMap, { metadata: AT, data: { k: 'ä' } }, { subresource: 'status' })
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/ns/configmaps?dryRun=All&fieldManager=m&fieldValidation=Strict',
      headers: { 'content-type': 'application/json', 'kubetape-cause': 'run:7/2' },
      body: '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"namespace":"ns","generateName":"a-"}}',
    })
    expect(server.requests[1]).toMatchObject({
      method: 'PUT',
      path: '/api/v1/namespaces/ns/configmaps/a/status',
      body: expect.stringContaining('"ä"'),
    })
    expect(server.requests[1]!.headers).not.toHaveProperty('kubetape-cause')
  })

  test('create() of a subresource goes below its object and keeps the kind of the body', async () => {
    const { server, client } = await open(json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }))
    const eviction = { kind: 'Eviction', apiVersion: 'policy/v1', metadata: AT } as never
    expect(await client.create(Pod, eviction, { subresource: 'eviction' })).toMatchObject({ kind: 'Status', status: 'Success' })
    expect(server.requests[0]).toMatchObject({ path: '/api/v1/namespaces/ns/pods/a/eviction', body: JSON.stringify(eviction) })
  })

  test('patch() names each format', async () => {
    const { server, client } = await open(json(200, OBJECT))
    for (const type of ['json', 'merge', 'strategic', 'apply'] as const)
      await client.patch(ConfigMap, AT, { type, body: [1] }, { force: true, fieldManager: 'm' })
    expect(server.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ])
    expect(server.requests[3]).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/ns/configmaps/a?fieldManager=m&force=true',
      body: '[1]',
    })
  })

  test('delete() and deleteCollection() send their options as a body, and none when there are none', async () => {
    const { server, client } = await open(json(200, { kind: 'Status', status: 'Success' }))
    await client.delete(ConfigMap, AT, {
      gracePeriodSeconds: 0,
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u' },
      dryRun: true,
      cause: { run: 'r', sequence: 1 },
    })
    await client.delete(Namespace, { name: 'a' })
    await client.deleteCollection(ConfigMap, { namespace: 'ns', labelSelector: 'x', propagationPolicy: 'Orphan' })
    expect(server.requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/api/v1/namespaces/ns/configmaps/a',
      headers: { 'kubetape-cause': 'run:r/1' },
    })
    expect(JSON.parse(server.requests[0]!.body)).toEqual({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u' },
      dryRun: ['All'],
    })
    expect(server.requests[1]).toMatchObject({ path: '/api/v1/namespaces/a', body: '' })
    expect(server.requests[2]).toMatchObject({
      path: '/api/v1/namespaces/ns/configmaps?labelSelector=x',
      body: expect.stringContaining('"Orphan"'),
    })
  })

  test('delete() refuses an empty name before anything is sent', async () => {
    const { server, client } = await open(json(200, OBJECT))
    await expect(client.delete(ConfigMap, { namespace: 'ns', name: '' })).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
  })

  test('requests that follow each other share a connection, below the path of the server', async () => {
    const server = await PlayedServer.start(json(200, OBJECT))
    const client = clientForServer({ url: `${server.url}/cluster/one/` })
    opened.push({ server, client })
    for (let i = 0; i < 3; i++) await client.get(ConfigMap, AT)
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
    expect(server.requests[0]!.path).toBe('/cluster/one/api/v1/namespaces/ns/configmaps/a')
  })
})

describe('HttpClient answers', () => {
  test('list() answers whole objects though items lack kind and apiVersion on the wire', async () => {
    const items = [{ metadata: { name: 'a' } }, { kind: 'Other', apiVersion: 'x/v1', metadata: { name: 'b' } }]
    const { client } = await open(
      inTurn(
        json(200, { kind: 'JobList', apiVersion: 'batch/v1', metadata: { resourceVersion: '3' }, items }),
        json(200, { kind: 'JobList', items: null }),
      ),
    )
    const list = await client.list(Job)
    expect(list.metadata).toEqual({ resourceVersion: '3' })
    expect(list.items).toEqual([{ kind: 'Job', apiVersion: 'batch/v1', metadata: { name: 'a' } }, items[1]])
    expect(Object.keys(list.items[0]!)).toEqual(['kind', 'apiVersion', 'metadata'])
    expect(await client.list(Job)).toMatchObject({ items: [], metadata: {} })
  })

  test('a refusal is the StatusError of the wire', async () => {
    const { client } = await open(json(404, STATUS))
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({
      code: 'STATUS',
      reason: 'NotFound',
      httpCode: 404,
      message: 'told so',
      status: STATUS,
    })
  })

  test('a refusal that is no Status becomes the one that client-go makes', async () => {
    const text =
      (code: number, body: string): Play =>
      (response) =>
        void response.writeHead(code, { 'content-type': 'text/plain' }).end(body)
    const { client } = await open(
      inTurn(text(404, '404 page not found\n'), text(502, '<html>'), text(403, ''), text(418, ''), json(409, {})),
    )
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({
      status: {
        reason: 'NotFound',
        code: 404,
        message: 'the server could not find the requested resource (get configmaps a)',
        details: { name: 'a', kind: 'configmaps', causes: [{ reason: 'UnexpectedServerResponse', message: '404 page not found' }] },
      },
    })
    await expect(client.list(Job)).rejects.toMatchObject({
      status: {
        reason: 'InternalError',
        code: 502,
        message: 'an error on the server ("<html>") has prevented the request from succeeding (get jobs.batch)',
        details: { group: 'batch', kind: 'jobs' },
      },
    })
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({
      status: { reason: 'Forbidden', message: 'unknown (get configmaps a)' },
    })
    await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({ reason: '', httpCode: 418 })
    await expect(client.create(ConfigMap, { metadata: AT })).rejects.toMatchObject({ reason: 'AlreadyExists' })
  })

  test('warnings reach onWarning, also those of a refusal', async () => {
    const warning = ['299 - "one"', '299 - "two \\"quoted\\""']
    const { client } = await open(inTurn(json(200, OBJECT, { warning }), json(409, STATUS, { warning: '299 - "three"' })))
    const texts: string[] = []
    const onWarning = (text: string): void => void texts.push(text)
    await client.update(ConfigMap, { metadata: AT }, { onWarning })
    await expect(client.patch(ConfigMap, AT, { type: 'merge', body: {} }, { onWarning })).rejects.toMatchObject({ code: 'STATUS' })
    expect(texts).toEqual(['one', 'two "quoted"', 'three'])
  })

  test('an answer in pieces that cut characters is read whole', async () => {
    const bytes = Buffer.from(JSON.stringify(OBJECT))
    const { client } = await open((response) => {
      for (let at = 0; at < bytes.length; at++) response.write(bytes.subarray(at, at + 1))
      response.end()
    })
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
  })

  test('an answer without a body is a success', async () => {
    const { client } = await open((response) => void response.writeHead(204).end())
    expect(await client.delete(ConfigMap, AT)).toMatchObject({ kind: 'Status', status: 'Success', code: 204 })
  })
})
