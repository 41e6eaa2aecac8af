import { beforeEach, describe, expect, test } from '@jest/globals'
import { type TestAnswer, TestServer } from '../testing/test-server.ts'
import { claimResize } from './claim-resize.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { storageInUseProtection } from './storage-in-use-protection.ts'

const IS_DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' }
let server: TestServer
beforeEach(async () => {
  server = await TestServer.start({
    plugins: (storage) => [defaultStorageClass(storage), storageInUseProtection, claimResize(storage)],
  })
})

const makeClass = (name: string, body: object = {}, annotations: object = {}): Promise<TestAnswer> =>
  server.create('storage.k8s.io/v1/storageclasses', { metadata: { name, annotations }, provisioner: 'p', ...body })
const claim = (spec: object = {}, metadata: object = {}): Promise<TestAnswer> =>
  server.create('persistentvolumeclaims', {
    metadata: { name: 'claim', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  })
const grow = (storage: string): Promise<TestAnswer> =>
  server.patch('persistentvolumeclaims/claim', 'merge', { spec: { resources: { requests: { storage } } } })

describe('defaultStorageClass()', () => {
  test('takes the newest default, of two as new the first by name', async () => {
    await makeClass('a-old', {}, IS_DEFAULT)
    await server.clock.advance(2000)
    await makeClass('c', {}, { 'storageclass.beta.kubernetes.io/is-default-class': 'true' })
    await makeClass('b', {}, IS_DEFAULT)
    await makeClass('a', {}, { ...IS_DEFAULT, 'storageclass.kubernetes.io/is-default-class': 'yes' })
    expect((await claim()).body['spec']).toMatchObject({ storageClassName: 'b' })
  })

  test('leaves a claim that names a class, or that it has none', async () => {
    await makeClass('a', {}, IS_DEFAULT)
    expect((await claim({ storageClassName: '' })).body['spec']).toMatchObject({ storageClassName: '' })
    const annotations = { 'volume.beta.kubernetes.io/storage-class': 'slow' }
    expect((await claim({}, { name: 'other', annotations })).body['spec']).not.toHaveProperty('storageClassName')
  })
})

describe('storageInUseProtection', () => {
  test('holds new claims and volumes, once', async () => {
    expect((await claim({}, { finalizers: ['example.com/x'] })).body.metadata?.finalizers).toEqual([
      'example.com/x',
      'kubernetes.io/pvc-protection',
    ])
    const { body } = await server.create('persistentvolumes', {
      metadata: { name: 'pv', finalizers: ['kubernetes.io/pv-protection'] },
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } },
    })
    expect(body.metadata?.finalizers).toEqual(['kubernetes.io/pv-protection'])
  })
})

describe('claimResize()', () => {
  const REFUSED =
    'persistentvolumeclaims "claim" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'

  test('asks the class of a bound claim', async () => {
    await makeClass('fixed')
    await claim({ storageClassName: 'fixed', volumeName: 'v' })
    await server.patch('persistentvolumeclaims/claim/status', 'merge', { status: { phase: 'Bound' } })
    expect((await grow('1024Mi')).code).toBe(200)
    expect(await grow('2Gi')).toMatchObject({ code: 403, body: { message: REFUSED } })
    await server.patch('storage.k8s.io/v1/storageclasses/fixed', 'merge', { allowVolumeExpansion: true })
    expect((await grow('2Gi')).code).toBe(200)
  })
})
