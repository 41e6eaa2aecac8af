import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startWireServer, type WireRequest, type WireServer } from '../testing/wire-server.ts'
import { objectInEnvelope } from './envelope.ts'
import { readFields } from './message-reader.ts'
import { messageToJson } from './message-to-json.ts'
import { protobufText } from './protobuf-body.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const MAPS = '/api/v1/namespaces/default/configmaps'

let server: WireServer
beforeAll(async () => void (server = await startWireServer()))
afterAll(() => server.close())

const configMap = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { a: 'b' } },
  data: { k: 'v' },
})

/** A request that speaks protobuf both ways. */
async function send(path: string, { headers, ...rest }: WireRequest = {}) {
  const response = await server.fetch(path, { headers: { accept: PROTOBUF, 'content-type': PROTOBUF, ...headers }, ...rest })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { code: response.status, type: response.headers.get('content-type'), bytes }
}

const objectOf = (bytes: Buffer): Record<string, unknown> => JSON.parse(protobufText(bytes)) as Record<string, unknown>
const create = (name: string) => send(MAPS, { method: 'POST', body: objectInEnvelope('io.k8s.api.core.v1.ConfigMap', configMap(name)) })

describe('protobuf over HTTP', () => {
  test('creates, reads, patches and deletes', async () => {
    const made = await create('one')
    expect([made.code, made.type]).toEqual([201, PROTOBUF])
    const json = (await (await server.fetch(`${MAPS}/one`)).json()) as object
    expect(objectOf(made.bytes)).toEqual(json)
    expect(objectOf((await send(`${MAPS}/one`)).bytes)).toEqual(json)
    const patched = await send(`${MAPS}/one`, {
      method: 'PATCH',
      body: '{"data":{"k":"w"}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(objectOf(patched.bytes)).toMatchObject({ kind: 'ConfigMap', data: { k: 'w' } })
    const options = objectInEnvelope('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
    })
    const deleted = await send(`${MAPS}/one`, { method: 'DELETE', body: options })
    expect(objectOf(deleted.bytes)).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Success', details: { name: 'one' } })
  })

  test('lists objects, whole and as metadata', async () => {
    await create('listed')
    const json = (await (await server.fetch(`${MAPS}?fieldSelector=metadata.name=listed`)).json()) as { items: object[] }
    const list = objectOf((await send(`${MAPS}?fieldSelector=metadata.name=listed`)).bytes)
    expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1', items: json.items })
    const partial = await send(`${MAPS}/listed`, { headers: { accept: `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io` } })
    const { head, message } = opened(partial.bytes)
    expect(head).toEqual(['meta.k8s.io/v1', 'PartialObjectMetadata'])
    const [metadata] = parts(message)
    expect(messageToJson('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', metadata!)).toMatchObject({
      name: 'listed',
      labels: { a: 'b' },
    })
  })

  test('refuses with a Status, and falls back to JSON where a Table has no such form', async () => {
    const refused = await send(`${MAPS}/missing`)
    expect([refused.code, refused.type]).toEqual([404, PROTOBUF])
    expect(objectOf(refused.bytes)).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404 })
    const table = 'as=Table;v=v1;g=meta.k8s.io'
    const answer = await send(MAPS, { headers: { accept: `${PROTOBUF};${table},application/json;${table}` } })
    expect([answer.code, answer.type]).toEqual([200, 'application/json'])
    const mixed = await send(MAPS, { headers: { accept: `application/json;q=0.5,${PROTOBUF};q=0.9` } })
    expect(mixed.type).toBe(PROTOBUF)
  })

  test('streams a watch as frames with their lengths', async () => {
    await create('watched')
    const path = `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=watched&allowWatchBookmarks=true`
    const { type, bytes } = await send(path, { headers: { accept: `${PROTOBUF};stream=watch` } })
    expect(type).toBe(`${PROTOBUF};stream=watch`)
    const events = frames(bytes).map((frame) => {
      const [kind, object] = parts(frame)
      const [raw] = parts(object!)
      return [kind!.toString(), objectOf(raw!)]
    })
    expect(events[0]).toEqual(['ADDED', expect.objectContaining({ kind: 'ConfigMap', data: { k: 'v' } })])
    expect(events.at(-1)![0]).toBe('BOOKMARK')
  })
})

/** What the fields of a message hold. */
const parts = (bytes: Buffer): Buffer[] => [...readFields(bytes)].map((one) => one.bytes!)

function frames(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    found.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}

/** What an envelope says and what is in it. */
function opened(bytes: Buffer): { head: string[]; message: Buffer } {
  const [head, message] = parts(bytes.subarray(4))
  return { head: parts(head!).map(String), message: message! }
}
