import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { InProcessClient } from '../in-process-client.ts'
import { ADMIN, TestServer } from '../testing/test-server.ts'

/** What a client without HTTP is refused with. */
async function refusal(ask: (client: InProcessClient) => Promise<unknown>): Promise<unknown> {
  const { registry } = await TestServer.start()
  const client = new InProcessClient(registry, { user: ADMIN, userAgent: 'test' })
  return ask(client).then(
    () => 'done',
    (error: { status: unknown }) => error.status,
  )
}

const NOT_ALLOWED = { code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' }
const NOT_FOUND = { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' }

describe('checkRequest()', () => {
  test.each([
    ['create', (client: InProcessClient) => client.create(ConfigMap, { metadata: { name: 'a' } }), NOT_ALLOWED],
    ['update', (client: InProcessClient) => client.update(ConfigMap, { metadata: { name: 'a' } }), NOT_FOUND],
    ['patch', (client: InProcessClient) => client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: {} }), NOT_FOUND],
    ['delete', (client: InProcessClient) => client.delete(ConfigMap, { name: 'a' }), NOT_FOUND],
    ['get', (client: InProcessClient) => client.get(ConfigMap, { name: 'a' }), NOT_FOUND],
    ['deleteCollection', (client: InProcessClient) => client.deleteCollection(ConfigMap), NOT_ALLOWED],
  ])('refuses %s of a namespaced kind without a namespace, in process as over HTTP', async (_, ask, status) => {
    expect(await refusal(ask)).toMatchObject(status)
  })

  test('refuses updates without a name, and options that are wrong', async () => {
    expect(await refusal((client) => client.update(ConfigMap, { metadata: { namespace: 'default' } }))).toMatchObject(NOT_ALLOWED)
    const object = { metadata: { name: 'a', namespace: 'default' } }
    expect(await refusal((client) => client.create(ConfigMap, object, { fieldValidation: 'Maybe' as never }))).toMatchObject({
      code: 422,
      message: expect.stringContaining('fieldValidation: Unsupported value: "Maybe"'),
    })
  })

  test('lets lists and watches look at all namespaces', async () => {
    expect(await refusal((client) => client.list(ConfigMap))).toBe('done')
  })
})
