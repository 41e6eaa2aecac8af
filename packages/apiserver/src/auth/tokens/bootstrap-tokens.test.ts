import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'
import { NO_REMARKS } from '../authenticator.ts'
import { bootstrapTokens } from './bootstrap-tokens.ts'

const TOKEN = 'abcdef.0123456789abcdef'
const DATA = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' }

async function userOf(
  data: Record<string, string>,
  { token = TOKEN, type = 'bootstrap.kubernetes.io/token', finalizers = [] as string[] } = {},
) {
  const server = await TestServer.start()
  await server.create('namespaces', { metadata: { name: 'kube-system' } })
  const metadata = { name: 'bootstrap-token-abcdef', namespace: 'kube-system', finalizers }
  const request = server.request('create', 'secrets')
  await server.send(
    'create',
    'secrets',
    { metadata, type, stringData: { ...DATA, ...data } },
    {},
    { ...request, verb: 'create', namespace: 'kube-system' },
  )
  if (finalizers.length > 0) await server.send('delete', 'secrets/bootstrap-token-abcdef', undefined, {}, { namespace: 'kube-system' })
  const tokens = bootstrapTokens({ storage: server.storage, clock: server.clock, apiAudiences: ['api'] })
  return tokens.authenticate(token, ['api', 'other'], NO_REMARKS)
}

describe('bootstrapTokens()', () => {
  test('knows a token that is there and meant for it', async () => {
    expect(await userOf({ 'auth-extra-groups': 'system:bootstrappers:worker' })).toEqual({
      user: { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', 'system:bootstrappers:worker'] },
      audiences: ['api'],
    })
  })

  test.each<[string, Record<string, string>, Parameters<typeof userOf>[1]]>([
    ['another secret', { 'token-secret': 'fedcba9876543210' }, {}],
    ['another id', { 'token-id': 'fedcba' }, {}],
    ['that has expired', { expiration: '2000-01-01T00:00:00Z' }, {}],
    ['not for authentication', { 'usage-bootstrap-authentication': 'false' }, {}],
    ['with a group that is none of its own', { 'auth-extra-groups': 'system:masters' }, {}],
    ['of another type', {}, { type: 'Opaque' }],
    ['that is being deleted', {}, { finalizers: ['example.com/wait'] }],
    ['that is no such text', {}, { token: 'abcdef' }],
    ['that is not there', {}, { token: 'aaaaaa.0123456789abcdef' }],
  ])('says nothing of one %s', async (_, data, more) => {
    expect(await userOf(data, more)).toBeUndefined()
  })

  test('is for the API server only', async () => {
    const server = await TestServer.start()
    const tokens = bootstrapTokens({ storage: server.storage, clock: server.clock, apiAudiences: ['api'] })
    expect(tokens.authenticate(TOKEN, ['other'], NO_REMARKS)).toBeUndefined()
  })
})
