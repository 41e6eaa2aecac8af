import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'
import { protobufText } from '../protobuf/protobuf-body.ts'
import { WHOLE_BYTES_MAX } from './write-answer.ts'

const COUNT = 60
const BYTES = 20_000
const MAPS = '/api/v1/namespaces/default/configmaps?labelSelector=large'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'

interface List {
  readonly kind: string
  readonly metadata: { readonly resourceVersion: string }
  readonly items: { readonly metadata: object; readonly data?: Readonly<Record<string, string>> }[]
}

let server: WireServer
beforeAll(async () => {
  server = await startWireServer()
  for (let at = 0; at < COUNT; at++) {
    const metadata = { name: `map-${at}`, labels: { large: 'yes' } }
    const body = { metadata, data: { at: String(at), filler: String.fromCharCode(97 + (at % 26)).repeat(BYTES) } }
    expect((await server.fetch('/api/v1/namespaces/default/configmaps', { method: 'POST', body })).status).toBe(201)
  }
})
afterAll(() => server.close())

/** What the client reads, uncompressed, and what it came in. */
async function get(accept: string, encoding: string): Promise<{ bytes: Buffer; header: (name: string) => string | null }> {
  const answer = await server.fetch(MAPS, { headers: { accept, 'accept-encoding': encoding } })
  expect(answer.status).toBe(200)
  return { bytes: Buffer.from(await answer.arrayBuffer()), header: (name) => answer.headers.get(name) }
}

const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

describe.each(['identity', 'gzip'])('a list larger than a piece (%s)', (encoding) => {
  test('is whole in JSON', async () => {
    const { bytes, header } = await get('application/json', encoding)
    const { kind, items } = parsed(bytes) as List
    expect([kind, items.length, bytes.at(-1)]).toEqual(['ConfigMapList', COUNT, 10])
    expect(bytes.length).toBeGreaterThan(2 * WHOLE_BYTES_MAX)
    expect(new Set(items.map(({ data }) => data!['at'])).size).toBe(COUNT)
    expect(items.every(({ data }) => data!['filler']!.length === BYTES)).toBe(true)
    expect([header('content-encoding'), header('content-length')]).toEqual(
      encoding === 'gzip' ? ['gzip', null] : [null, String(bytes.length)],
    )
  })

  test('says the same in protobuf', async () => {
    const { items } = parsed((await get('application/json', 'identity')).bytes) as List
    const { bytes, header } = await get(PROTOBUF, encoding)
    expect(JSON.parse(protobufText(bytes))).toMatchObject({ kind: 'ConfigMapList', items })
    expect(header('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null)
  })

  test('says the same as a Table, and with metadata only', async () => {
    const { metadata, items } = parsed((await get('application/json', 'identity')).bytes) as List
    const table = parsed((await get('application/json;as=Table;v=v1;g=meta.k8s.io', encoding)).bytes)
    const rows = items.map((item) => ({
      cells: expect.arrayContaining([2]),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
    }))
    expect(table).toEqual({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: expect.any(Array), rows })
    const partial = parsed((await get('application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', encoding)).bytes)
    expect(partial).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: rows.map(({ object }) => object),
    })
  })
})
