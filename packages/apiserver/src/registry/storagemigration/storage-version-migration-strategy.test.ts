import { expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

const TARGET = 'storagemigration.k8s.io/v1alpha1/storageversionmigrations'

test('storageVersionMigrationStrategy names a resource and a version, and keeps them', async () => {
  const server = await TestServer.start({ runtimeConfig: { 'api/all': 'true' } })
  const make = (resource: object): ReturnType<TestServer['create']> =>
    server.create(TARGET, { metadata: { name: 'm' }, spec: { resource }, status: { resourceVersion: '5' } })
  expect((await make({ group: 'g' })).body.message).toContain(
    '[spec.resource.resource: Required value: resource is required, spec.resource.version: Required value: version is required]',
  )
  expect((await make({ group: 'g', resource: 'things', version: 'v1' })).body['status']).toEqual({})
  const { body } = await server.patch(`${TARGET}/m`, 'merge', { spec: { resource: { version: 'v2' } } })
  expect(body.message).toContain('field is immutable')
})
