import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'
import { serviceAccount } from './service-account.ts'

let server: TestServer

beforeEach(async () => {
  server = await TestServer.start({ plugins: (storage, clock) => [serviceAccount(storage, clock)] })
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' }
  await server.create('serviceaccounts', { metadata: { name: 'strict', annotations }, secrets: [{ name: 'mine' }] })
})

const make = (spec: object, metadata: object = {}): ReturnType<TestServer['create']> =>
  server.create('pods', {
    metadata: { name: 'p', ...metadata },
    spec: { serviceAccountName: 'strict', containers: [{ name: 'c', image: 'x' }], ...spec },
  })
const containers = (more: object): object[] => [{ name: 'c', image: 'x', ...more }]
const OTHER = 'is not allowed because service account strict does not reference that secret'

describe('serviceAccount()', () => {
  test.each([
    [{ volumes: [{ name: 'v', secret: { secretName: 'other' } }] }, `volume with secret.secretName="other" ${OTHER}`],
    [
      { containers: containers({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }] }) },
      `container c with envVar A referencing secret.secretName="other" ${OTHER}`,
    ],
    [
      { initContainers: [{ name: 'i', image: 'x', envFrom: [{ secretRef: { name: 'other' } }] }] },
      `init container i with envFrom referencing secret.secretName="other" ${OTHER}`,
    ],
    [
      { imagePullSecrets: [{ name: 'other' }] },
      'imagePullSecrets[0].name="other" is not allowed because service account strict does not reference that imagePullSecret',
    ],
  ])('refuses %j of an account that limits its Secrets', async (spec, why) => {
    expect((await make(spec)).body).toMatchObject({ code: 403, message: `pods "p" is forbidden: ${why}` })
  })

  test('lets Pods have the Secrets that their account names', async () => {
    const spec = { volumes: [{ name: 'v', secret: { secretName: 'mine' } }] }
    expect(await make(spec)).toMatchObject({ code: 201 })
    const debug = { name: 'd', image: 'x', envFrom: [{ secretRef: { name: 'other' } }] }
    const { body } = await server.patch('pods/p/ephemeralcontainers', 'merge', { spec: { ephemeralContainers: [debug] } })
    expect(body).toMatchObject({ code: 403, message: expect.stringContaining('ephemeral container d with envFrom referencing') })
  })

  test.each([
    [{}, 'a mirror pod may not reference service accounts'],
    [
      { serviceAccountName: '', volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }] },
      'a mirror pod may not reference secrets',
    ],
  ])('refuses a mirror Pod of %j', async (spec, why) => {
    const { body } = await make({ nodeName: 'n', ...spec }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
    expect(body).toMatchObject({ code: 403, message: `pods "p" is forbidden: ${why}` })
  })
})
