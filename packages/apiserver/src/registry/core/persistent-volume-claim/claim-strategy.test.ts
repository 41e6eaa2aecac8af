import { beforeEach, describe, expect, test } from '@jest/globals'
import { type TestAnswer, TestServer } from '../../../testing/test-server.ts'

const GATE = { VolumeAttributesClass: true }
const size = (storage: string): object => ({ resources: { requests: { storage } } })

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start({ gates: GATE })
})

const make = (spec: object = {}, metadata: object = {}): Promise<TestAnswer> =>
  server.create('persistentvolumeclaims', {
    metadata: { name: 'claim', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], ...size('1Gi'), ...spec },
  })
const change = (spec: object): Promise<TestAnswer> => server.patch('persistentvolumeclaims/claim', 'merge', { spec })
const report = (status: object): Promise<TestAnswer> => server.patch('persistentvolumeclaims/claim/status', 'merge', { status })
const causes = ({ body }: TestAnswer): string[] =>
  (body.details?.causes ?? []).map(({ field, message }) => `${field}: ${message?.split('\n')[0]}`)
const IMMUTABLE =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
const CLASS = 'spec.volumeAttributesClassName: Forbidden: update from non-nil value to'

describe('claimStrategy', () => {
  test('begins Pending, whatever it is given', async () => {
    const { body } = await make({}, {})
    expect(body['status']).toEqual({ phase: 'Pending' })
    expect(body['spec']).toMatchObject({ volumeMode: 'Filesystem' })
  })

  test.each([
    [
      { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] },
      ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
    ],
    [{ resources: {} }, ['spec.resources[storage]: Required value']],
    [size('-1'), ['spec.resources[storage]: Invalid value: "-1": must be greater than zero']],
    [{ volumeMode: 'Raw' }, ['spec.volumeMode: Unsupported value: "Raw": supported values: "Block", "Filesystem"']],
  ])('refuses %j', async (spec, expected) => {
    expect(causes(await make(spec))).toEqual(expected)
  })

  test('says where a claim is filled from in both fields, and drops what the old one did not know', async () => {
    const image = { apiGroup: 'pop.example.com', kind: 'Image', name: 'x' }
    expect((await make({ dataSourceRef: image })).body['spec']).toMatchObject({ dataSource: image, dataSourceRef: image })
    const dropped = await make({ dataSource: image }, { name: 'dropped' })
    expect(dropped.code).toBe(201)
    expect(dropped.body['spec']).not.toHaveProperty('dataSource')
    expect(causes(await make({ dataSourceRef: { ...image, apiGroup: 'A_b' } }, { name: 'bad' }))).toHaveLength(2)
  })

  test('keeps a source in another namespace only behind its gate', async () => {
    const dataSourceRef = { kind: 'PersistentVolumeClaim', name: 'x', namespace: 'other' }
    expect((await make({ dataSourceRef })).body['spec']).not.toHaveProperty('dataSourceRef')
    server = await TestServer.start({ gates: { CrossNamespaceVolumeDataSource: true } })
    const { body } = await make({ dataSourceRef })
    expect(body['spec']).toMatchObject({ dataSourceRef })
    expect(body['spec']).not.toHaveProperty('dataSource')
  })

  test('warns of fractions of bytes', async () => {
    const { warnings } = await make({ resources: { requests: { storage: '1.5' }, limits: { storage: '2500m' } } })
    expect(warnings).toEqual([
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.resources.limits[storage]: fractional byte value "2500m" is invalid, must be an integer',
    ])
  })
})

describe('claimStrategy, updates', () => {
  test('of an unbound claim only name its volume, once', async () => {
    await make({ volumeAttributesClassName: 'silver', resources: { requests: { storage: '1Gi' }, limits: { storage: '2Gi' } } })
    expect(causes(await change(size('2Gi')))).toEqual([IMMUTABLE])
    expect(causes(await change(size('1Mi')))).toEqual([
      IMMUTABLE,
      'spec.resources.requests.storage: Forbidden: field can not be less than previous value',
    ])
    expect(causes(await change({ volumeAttributesClassName: 'gold' }))).toEqual([IMMUTABLE])
    expect((await change({ resources: { limits: { storage: '2048Mi' } } })).code).toBe(200)
    expect((await change({ volumeName: 'v' })).code).toBe(200)
    expect(causes(await change({ volumeName: 'w' }))).toEqual([IMMUTABLE])
  })

  test('of a bound claim change its size and its attributes class', async () => {
    await make({ volumeName: 'v' })
    await report({ phase: 'Bound', capacity: { storage: '1Gi' } })
    expect((await change(size('2Gi'))).code).toBe(200)
    for (const name of ['silver', 'gold']) expect((await change({ volumeAttributesClassName: name })).code).toBe(200)
    expect(causes(await change({ volumeAttributesClassName: '' }))).toEqual([`${CLASS} an empty string is forbidden`])
    expect(causes(await change({ volumeAttributesClassName: null }))).toEqual([IMMUTABLE, `${CLASS} nil is forbidden`])
    expect(causes(await change({ storageClassName: 'late' }))).toEqual([])
    expect(causes(await change({ storageClassName: 'other' }))).toEqual([IMMUTABLE])
  })

  test('move the class from the annotation to the field', async () => {
    const annotation = 'volume.beta.kubernetes.io/storage-class'
    await make({}, { annotations: { [annotation]: 'slow' } })
    expect(causes(await change({ storageClassName: 'fast' }))).toEqual([IMMUTABLE])
    expect((await change({ storageClassName: 'slow' })).code).toBe(200)
    const gone = await server.patch('persistentvolumeclaims/claim', 'merge', { metadata: { annotations: { [annotation]: 'fast' } } })
    expect(causes(gone)).toEqual([`metadata.annotations.${annotation}: Invalid value: "fast": field is immutable`])
  })

  test('take back a growth that failed, down to more than there is', async () => {
    server = await TestServer.start({ gates: { RecoverVolumeExpansionFailure: true } })
    await make({ volumeName: 'v', ...size('5Gi') })
    await report({ phase: 'Bound', capacity: { storage: '1Gi' } })
    expect((await change(size('2Gi'))).code).toBe(200)
    expect(causes(await change(size('1Gi')))).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ])
  })
})

describe('claimStrategy, status', () => {
  test('drops what is behind gates, and judges amounts', async () => {
    server = await TestServer.start()
    await make()
    const { body } = await report({
      allocatedResources: { storage: '1Gi' },
      currentVolumeAttributesClassName: 'gold',
      modifyVolumeStatus: { status: 'Pending' },
    })
    expect(body['status']).toEqual({ phase: 'Pending' })
    expect(causes(await report({ capacity: { storage: '-1' } }))).toEqual([
      'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
    ])
  })

  test('judges expansion where its gate is on', async () => {
    server = await TestServer.start({ gates: { RecoverVolumeExpansionFailure: true } })
    await make()
    expect(causes(await report({ allocatedResources: { cpu: '1' }, allocatedResourceStatuses: { storage: 'Soon' } }))).toEqual([
      expect.stringMatching(
        /^status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeInProgress"/,
      ),
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ])
  })
})
