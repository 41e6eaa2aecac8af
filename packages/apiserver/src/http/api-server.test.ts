import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

/** The server over real sockets on loopback: what only HTTP can show. */
let server: WireServer

beforeAll(async () => {
  server = await startWireServer()
})

afterAll(() => server.close())

interface Answer {
  readonly code: number
  readonly headers: Headers
  readonly text: string
  readonly body: Record<string, unknown> & { message?: string }
}

async function send(
  method: string,
  path: string,
  options: { body?: string | object; headers?: Record<string, string>; token?: string } = {},
): Promise<Answer> {
  const { body, headers = {}, token = 'admin' } = options
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const sent = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  }
  const response = await fetch(server.url + path, { method, headers: sent, ...(text === undefined ? {} : { body: text }) })
  const answer = await response.text()
  return {
    code: response.status,
    headers: response.headers,
    text: answer,
    body: answer.startsWith('{') ? (JSON.parse(answer.split('\n').length > 2 ? answer : answer.trim()) as Answer['body']) : {},
  }
}

const MAPS = '/api/v1/namespaces/default/configmaps'
const create = (name: string): Promise<Answer> => send('POST', MAPS, { body: { metadata: { name }, data: { a: '1' } } })

describe('ApiServer', () => {
  test('ends JSON with a line feed, counts its bytes, and forbids caching', async () => {
    const { code, headers, text } = await create('line')
    expect([code, text.endsWith('}\n'), headers.get('content-type'), headers.get('cache-control')]).toEqual([
      201,
      true,
      'application/json',
      'no-cache, private',
    ])
    expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(text))
  })

  test('gives each request an id, or takes the one that it has', async () => {
    expect((await send('GET', '/version')).headers.get('audit-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect((await send('GET', '/version', { headers: { 'audit-id': 'mine' } })).headers.get('audit-id')).toBe('mine')
  })

  test('answers YAML in the order of names, and indented JSON to people', async () => {
    await create('forms')
    const yaml = await send('GET', `${MAPS}/forms`, { headers: { accept: 'application/yaml' } })
    expect([yaml.headers.get('content-type'), yaml.text.match(/^\w+:/gm)]).toEqual([
      'application/yaml',
      ['apiVersion:', 'data:', 'kind:', 'metadata:'],
    ])
    expect((await send('GET', `${MAPS}/forms?pretty=true`)).text).toContain('\n  "kind": "ConfigMap"')
    expect((await send('GET', `${MAPS}/forms`, { headers: { 'user-agent': 'curl/8' } })).text).toContain('\n  "kind"')
  })

  test('answers Tables and metadata only', async () => {
    await create('table')
    expect((await send('GET', `${MAPS}/table`, { headers: { accept: TABLE } })).body).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['table', 1, expect.any(String)] }],
    })
    const partial = await send('GET', MAPS, { headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } })
    expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadataList' })
    expect((partial.body['items'] as object[])[0]).not.toHaveProperty('data')
  })

  test.each([
    [
      'POST',
      MAPS,
      { headers: { 'content-type': 'text/plain' }, body: 'x' },
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      'PATCH',
      `${MAPS}/x`,
      { headers: { 'content-type': 'application/json' }, body: '{}' },
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    ],
    [
      'PATCH',
      `${MAPS}/x`,
      { headers: { 'content-type': 'application/apply-patch+yaml' }, body: 'a: 1' },
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      'PATCH',
      `${MAPS}/x?fieldManager=m`,
      { headers: { 'content-type': 'application/apply-patch+yaml' }, body: '{{{' },
      400,
      'error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content',
    ],
    ['GET', MAPS, { headers: { accept: 'text/html' } }, 406, expect.stringContaining('406: Not Acceptable')],
    [
      'GET',
      `${MAPS}/x`,
      { headers: { accept: 'application/json;as=Nonsense;v=v1;g=meta.k8s.io' } },
      406,
      expect.stringContaining('only the following media types are accepted'),
    ],
    ['OPTIONS', MAPS, {}, 405, 'the server does not allow this method on the requested resource'],
    ['PUT', MAPS, { body: '{}' }, 405, 'the server does not allow this method on the requested resource'],
    ['POST', `${MAPS}/named`, { body: '{}' }, 405, 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/configmaps', { body: '{}' }, 405, 'the server does not allow this method on the requested resource'],
    ['GET', '/api/v1/configmaps/one', {}, 404, 'the server could not find the requested resource'],
    ['GET', '/apis/batch/v9', {}, 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/nopes', {}, 404, 'the server could not find the requested resource'],
    ['POST', `${MAPS}?dryRun=Some`, { body: 'not read' }, 422, expect.stringContaining('dryRun: Unsupported value')],
    ['GET', `${MAPS}?limit=ten`, {}, 400, 'strconv.ParseInt: parsing "ten": invalid syntax'],
    [
      'POST',
      MAPS,
      { body: '' },
      400,
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ],
    ['POST', MAPS, { body: 'null' }, 422, expect.stringContaining('name or generateName is required')],
    [
      'POST',
      `${MAPS}?fieldValidation=Strict`,
      { headers: { 'content-type': 'application/yaml' }, body: 'metadata: {name: twice}\ndata: {a: "1"}\ndata: {b: "1"}\n' },
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 3: key "data" already set in map',
    ],
    ['GET', MAPS, { token: 'other' }, 401, 'Unauthorized'],
    ['GET', '/api/v1/namespaces/default/pods/p/status/x', {}, 404, 'the server could not find the requested resource'],
    [
      'GET',
      MAPS,
      { token: 'jane' },
      403,
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      MAPS,
      { headers: { 'impersonate-user': 'bob' } },
      403,
      'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
  ])('refuses %s %s %j', async (method, path, options, code, message) => {
    const answer = await send(method, path, options)
    expect([answer.code, answer.body.message]).toEqual([code, message])
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code })
  })

  test.each(['/nope', '/apis/nope.example.com', '/apis/nope.example.com/v1/things'])('answers the text page for %s', async (path) => {
    const { code, headers, text } = await send('GET', path)
    expect([code, headers.get('content-type'), text]).toEqual([404, 'text/plain; charset=utf-8', '404 page not found\n'])
  })

  test('refuses a body that is too large without keeping it', async () => {
    const { code, body } = await send('POST', MAPS, { body: `{"data":"${'x'.repeat(3 * 1024 * 1024)}"}` })
    expect([code, body['reason']]).toEqual([413, 'RequestEntityTooLarge'])
  })

  test('answers in plain text who impersonates a group and no user', async () => {
    const { code, text, headers } = await send('GET', MAPS, { headers: { 'impersonate-group': 'dev' } })
    expect([code, headers.get('content-type'), text]).toEqual([
      500,
      'text/plain; charset=utf-8',
      `Internal Server Error: "${MAPS}": requested [{Group  dev    }] without impersonating a user\n`,
    ])
  })

  test('warns in headers, also of what is beyond ASCII', async () => {
    const { headers } = await send('POST', `${MAPS}?dryRun=All`, { body: '{"metadata":{"name":"w"},"ö\\"x":1}' })
    expect(Buffer.from(headers.get('warning')!, 'latin1').toString('utf8')).toBe('299 - "unknown field \\"ö\\\\\\"x\\""')
  })

  test('warns nobody of a token behind two blanks', async () => {
    const { code, headers } = await send('GET', '/version', { token: '', headers: { authorization: 'Bearer  admin' } })
    expect([code, headers.get('warning')]).toEqual([
      200,
      '299 - "the provided Authorization header contains extra space before the bearer token, and is ignored"',
    ])
  })

  test('lists what it serves, and is healthy', async () => {
    expect((await send('GET', '/')).body['paths']).toEqual(expect.arrayContaining(['/api/v1', '/apis/batch/v1', '/healthz', '/openapi/v3']))
    expect((await send('POST', '/healthz')).text).toBe('ok')
    expect((await send('GET', '/openapi/v3/apis/nope/v1')).code).toBe(404)
    expect((await send('POST', '/version', { body: '{}' })).code).toBe(405)
  })

  test('reads DeleteOptions from YAML', async () => {
    await create('gone')
    await send('DELETE', `${MAPS}/gone`, { headers: { 'content-type': 'application/yaml' }, body: 'dryRun: [All]\n' })
    expect((await send('GET', `${MAPS}/gone`)).code).toBe(200)
    expect((await send('DELETE', `${MAPS}/gone`)).body).toMatchObject({ status: 'Success' })
  })
})

describe('serveWatch()', () => {
  const lines = ({ text }: Answer): { type: string; object: { kind: string; metadata: { name?: string } } }[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as never)

  test('streams events as lines until its time is up', async () => {
    await create('watched')
    const answer = await send('GET', `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dwatched`)
    expect([answer.code, lines(answer).map(({ type, object }) => [type, object.metadata.name])]).toEqual([200, [['ADDED', 'watched']]])
  })

  test('serves the old paths, and every form', async () => {
    await create('old')
    expect(lines(await send('GET', '/api/v1/watch/namespaces/default/configmaps/old?timeoutSeconds=1'))).toHaveLength(1)
    const table = await send('GET', `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dold`, { headers: { accept: TABLE } })
    expect(lines(table).map(({ object }) => object.kind)).toEqual(['Table'])
  })

  test('refuses wrong options before the stream begins', async () => {
    expect((await send('GET', `${MAPS}?watch=1&resourceVersion=x`)).code).toBe(500)
    expect((await send('GET', `${MAPS}?watch=1&resourceVersionMatch=Exact`)).code).toBe(422)
  })
})
