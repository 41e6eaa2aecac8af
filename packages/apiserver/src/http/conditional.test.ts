import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'

let server: WireServer
beforeAll(async () => void (server = await startWireServer()))
afterAll(() => server.close())

const SECRETS = '/api/v1/namespaces/default/secrets'

describe('conditional and compressed answers', () => {
  test.each(['/openapi/v3/apis/batch/v1', '/apis', '/api/v1'])('%s is not sent again to whoever has it', async (path) => {
    const first = await server.fetch(path)
    const etag = first.headers.get('etag')!
    expect([first.status, first.headers.get('vary')]).toEqual([200, expect.stringContaining('Accept')])
    const again = await server.fetch(path, { headers: { 'if-none-match': `"other", ${etag}` } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await server.fetch(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test('answers above 128 KiB are compressed for who says gzip, and no others', async () => {
    const stringData = { large: 'x'.repeat(200_000) }
    expect((await server.fetch(SECRETS, { method: 'POST', body: { metadata: { name: 'large' }, stringData } })).status).toBe(201)
    const encodings = async (path: string, header: string): Promise<unknown[]> => {
      const answer = await server.fetch(path, { headers: { 'accept-encoding': header } })
      const { items = [{}] } = (await answer.json()) as { items?: { data?: { large?: string } }[] }
      return [answer.headers.get('content-encoding'), items[0]?.data?.large?.length]
    }
    expect(await encodings(SECRETS, 'gzip')).toEqual(['gzip', 266_668])
    expect(await encodings(SECRETS, 'br, gzip')).toEqual(['gzip', 266_668])
    expect(await encodings(SECRETS, 'gzip;q=1')).toEqual([null, 266_668])
    expect(await encodings(SECRETS, 'identity')).toEqual([null, 266_668])
    expect((await encodings('/openapi/v2', 'gzip'))[0]).toBe('gzip')
    expect((await encodings('/api/v1/namespaces', 'gzip'))[0]).toBeNull()
  })
})
