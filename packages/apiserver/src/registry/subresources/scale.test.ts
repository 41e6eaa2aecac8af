import { beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../../testing/test-server.ts'

const DEPLOYMENT = 'apps/v1/deployments/d'
const deployment = {
  metadata: { name: 'd' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
}
const scaleBody = (replicas: number, metadata: object = {}): object => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: { name: 'd', ...metadata },
  spec: { replicas },
})

describe('serveScale()', () => {
  let server: TestServer
  let made: KubeObject
  beforeEach(async () => {
    server = await TestServer.start()
    made = (await server.create('apps/v1/deployments', deployment)).body
  })

  test('shows how many are wanted and what is counted', async () => {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = made.metadata!
    expect((await server.get(`${DEPLOYMENT}/scale`)).body).toEqual({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'a=b' },
    })
  })

  test('changes the object by its own rules: a new generation, and an owner of the number', async () => {
    const answer = await server.update(`${DEPLOYMENT}/scale`, scaleBody(5), { fieldManager: 'me' })
    expect([answer.code, answer.body['spec']]).toEqual([200, { replicas: 5 }])
    const { metadata, spec } = (await server.get(DEPLOYMENT)).body as KubeObject & { spec: object }
    expect([metadata!.generation, spec]).toEqual([2, expect.objectContaining({ replicas: 5 })])
    expect(metadata!.managedFields!.find(({ manager }) => manager === 'me')).toMatchObject({
      apiVersion: 'apps/v1',
      operation: 'Update',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    })
  })

  test('takes patches of the Scale', async () => {
    expect((await server.patch(`${DEPLOYMENT}/scale`, 'merge', { spec: { replicas: 7 } })).body['spec']).toEqual({ replicas: 7 })
    expect((await server.patch(`${DEPLOYMENT}/scale`, 'json', [{ op: 'replace', path: '/spec/replicas', value: 0 }])).body['spec']).toEqual(
      {},
    )
  })

  test('takes applied Scales: whoever owns the number of the object owns it here, and loses it to force', async () => {
    await server.patch(DEPLOYMENT, 'merge', { spec: { replicas: 3 } }, { fieldManager: 'maker' })
    const refused = await server.patch(`${DEPLOYMENT}/scale`, 'apply', scaleBody(5), { fieldManager: 'me' })
    expect([refused.code, refused.body.message]).toEqual([409, expect.stringContaining('conflict with "maker"')])
    await server.patch(`${DEPLOYMENT}/scale`, 'apply', scaleBody(5), { fieldManager: 'me', force: true })
    const { metadata } = (await server.get(DEPLOYMENT)).body
    const owners = metadata!.managedFields!.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:replicas'))
    expect(owners.map(({ manager, operation, subresource }) => [manager, operation, subresource])).toEqual([['me', 'Apply', 'scale']])
  })

  test.each([
    [scaleBody(-1), 422, 'Scale.autoscaling "d" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [scaleBody(1, { resourceVersion: '1' }), 409, expect.stringContaining('the object has been modified')],
    [scaleBody(1, { uid: 'x' }), 409, expect.stringContaining('Precondition failed: UID in precondition: x')],
    [scaleBody(1, { name: 'e' }), 400, 'the name of the object (e) does not match the name on the URL (d)'],
  ])('refuses %j', async (body, code, message) => {
    const answer = await server.update(`${DEPLOYMENT}/scale`, body)
    expect([answer.code, answer.body.message]).toEqual([code, message])
  })

  test('changes nothing in a dry run, and answers 404 where there is nothing to scale', async () => {
    expect((await server.update(`${DEPLOYMENT}/scale`, scaleBody(9), { dryRun: ['All'] })).body['spec']).toEqual({ replicas: 9 })
    expect((await server.get(`${DEPLOYMENT}/scale`)).body['spec']).toEqual({ replicas: 2 })
    expect((await server.get('apps/v1/deployments/none/scale')).code).toBe(404)
  })
})
