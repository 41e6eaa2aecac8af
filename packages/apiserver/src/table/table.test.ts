import { describe, expect, test } from '@jest/globals'
import { tableColumns } from '@kubetape/api'
import { parseAccept } from './accept.ts'
import { negotiate, negotiateDiscovery } from './negotiation.ts'
import { checkTransformation, partialObjectMetadataList } from './partial-object-metadata.ts'
import { SCALE_COLUMNS, scaleRow } from './scale-table.ts'
import { parseIncludeObject, tableOf, tableOfObject, type TableOptions, WatchTables } from './table.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const AVAILABLE = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

describe('parseAccept()', () => {
  test('orders by quality, then by definiteness, then as written', () => {
    expect(parseAccept('*/*, text/*, a/b;q=0.5, application/yaml, application/JSON; x=1 ;q=1').map(({ mediaType }) => mediaType)).toEqual([
      'application/yaml',
      'application/json',
      'text/*',
      '*/*',
      'a/b',
    ])
    expect(parseAccept(TABLE)[0]!.parameters).toEqual({ as: 'Table', v: 'v1', g: 'meta.k8s.io' })
    expect(parseAccept('nonsense')).toEqual([])
  })
})

describe('negotiate()', () => {
  const table = { kind: 'Table', version: 'v1' }

  test.each([
    [undefined, 'application/json', undefined],
    ['', 'application/json', undefined],
    ['*/*', 'application/json', undefined],
    ['application/yaml', 'application/yaml', undefined],
    ['text/html, application/json;q=0.5', 'application/json', undefined],
    ['application/vnd.kubernetes.protobuf,application/json', 'application/json', undefined],
    [TABLE, 'application/json', table],
    [`${TABLE},application/json`, 'application/json', table],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'application/json', { kind: 'Table', version: 'v1beta1' }],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'application/json', undefined],
    [
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json',
      { kind: 'PartialObjectMetadataList', version: 'v1' },
    ],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
      'application/json',
      { kind: 'PartialObjectMetadata', version: 'v1' },
    ],
  ])('answers %j with %s', (accept, mediaType, as) => {
    expect(negotiate({ accept })).toEqual({ mediaType, as, pretty: false })
  })

  test.each([
    ['text/html', `406: Not Acceptable\n\nAvailable representations: ${AVAILABLE}`, {}],
    ['application/*', `406: Not Acceptable\n\nAvailable representations: ${AVAILABLE}`, {}],
    ['application/json;as=Nonsense;v=v1;g=meta.k8s.io', `only the following media types are accepted: ${AVAILABLE}`, undefined],
    ['application/json;as=Table;v=v9;g=meta.k8s.io', `only the following media types are accepted: ${AVAILABLE}`, undefined],
    ['application/vnd.kubernetes.protobuf', `only the following media types are accepted: ${AVAILABLE}`, undefined],
  ])('refuses %s', (accept, message, details) => {
    expect(() => negotiate({ accept })).toThrow(
      expect.objectContaining({ message, status: expect.objectContaining({ code: 406, reason: 'NotAcceptable' }) }),
    )
    try {
      negotiate({ accept })
    } catch (error) {
      expect((error as { status: { details?: object } }).status.details).toEqual(details)
    }
  })

  test('chooses protobuf where it is served, but not for Tables', () => {
    expect(negotiate({ accept: 'application/vnd.kubernetes.protobuf', protobuf: 'all' }).mediaType).toBe(
      'application/vnd.kubernetes.protobuf',
    )
    expect(
      negotiate({ accept: `application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,${TABLE}`, protobuf: 'all' }),
    ).toMatchObject({
      mediaType: 'application/json',
      as: table,
    })
  })

  test('streams watches, but not as YAML, and only watches', () => {
    expect(negotiate({ accept: 'application/json;stream=watch', watch: true }).mediaType).toBe('application/json')
    expect(() => negotiate({ accept: 'application/yaml', watch: true })).toThrow('application/json;stream=watch')
    expect(() => negotiate({ accept: 'application/json;stream=watch' })).toThrow('only the following')
  })

  test('is pretty for people, for those who ask, and not for those who refuse', () => {
    expect(negotiate({ accept: '*/*', userAgent: 'curl/8.0' }).pretty).toBe(true)
    expect(negotiate({ accept: '*/*', userAgent: 'kubectl/v1.31', pretty: true }).pretty).toBe(true)
    expect(negotiate({ accept: '*/*', userAgent: 'curl/8.0', pretty: false }).pretty).toBe(false)
    expect(negotiate({ accept: 'application/json;pretty=1' }).pretty).toBe(true)
  })
})

describe('negotiateDiscovery()', () => {
  const aggregated = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

  test.each([
    [aggregated('v2'), 'v2'],
    [aggregated('v2beta1'), 'v2beta1'],
    [`${aggregated('v2')},${aggregated('v2beta1')},application/json`, 'v2'],
    [`${aggregated('v9')},application/json`, undefined],
    ['application/json', undefined],
    ['*/*', undefined],
    [undefined, undefined],
  ])('answers %s with %s', (accept, version) => {
    expect(negotiateDiscovery(accept)).toBe(version)
  })

  test('refuses a version that there is not', () => {
    expect(() => negotiateDiscovery(aggregated('v9'))).toThrow('only the following media types are accepted')
  })
})

describe('Tables', () => {
  const object = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'a', resourceVersion: '7', creationTimestamp: '2024-01-01T00:00:00Z' },
    data: { a: 'b' },
  }
  const options: TableOptions = {
    columns: tableColumns({ group: '', version: 'v1', resource: 'configmaps' }),
    cellsOf: (one, nowMs) => [one.metadata?.name, 1, `${nowMs}ms`],
    nowMs: 5,
  }

  test('tableOf() has the columns, a row for each object and the metadata of the list', () => {
    const table = tableOf([object, object], { resourceVersion: '9', continue: 'x' }, options)
    expect(table).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '9', continue: 'x' } })
    expect(table.columnDefinitions?.map(({ name }) => name)).toEqual(['Name', 'Data', 'Age'])
    expect(Object.keys(table.columnDefinitions![0]!)).toEqual(['name', 'type', 'format', 'description', 'priority'])
    expect(table.rows).toHaveLength(2)
    expect(table.rows[0]).toEqual({
      cells: ['a', 1, '5ms'],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })
  })

  test('tableOf() carries as much of the objects as is asked for, in the version asked for', () => {
    const of = (rest: Partial<TableOptions>) => tableOf([object], {}, { ...options, ...rest })
    expect(of({ includeObject: 'None' }).rows[0]!.object).toBeNull()
    expect(of({ includeObject: 'Object' }).rows[0]!.object).toBe(object)
    expect(of({ version: 'v1beta1' })).toMatchObject({
      apiVersion: 'meta.k8s.io/v1beta1',
      rows: [{ object: { apiVersion: 'meta.k8s.io/v1beta1' } }],
    })
  })

  test('tableOfObject() falls back to Name and Created At', () => {
    const table = tableOfObject(object, { columns: undefined, nowMs: 0 })
    expect(table.metadata).toEqual({ resourceVersion: '7' })
    expect(table.columnDefinitions?.map(({ name, type }) => [name, type])).toEqual([
      ['Name', 'string'],
      ['Created At', 'date'],
    ])
    expect(table.rows[0]!.cells).toEqual(['a', '2024-01-01T00:00:00Z'])
  })

  test('tableOfObject() has the time that Go prints where an answer was never stored', () => {
    expect(tableOfObject({ metadata: {} }, { columns: undefined, nowMs: 0 }).rows[0]!.cells).toEqual(['', '0001-01-01T00:00:00Z'])
  })

  test('tableOfObject() carries the conditions of a row where there are some', () => {
    const ended = [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }] as const
    expect(tableOfObject(object, { ...options, conditionsOf: () => ended }).rows[0]!.conditions).toEqual(ended)
    expect(tableOfObject(object, { ...options, conditionsOf: () => undefined }).rows[0]).not.toHaveProperty('conditions')
  })

  test('scaleRow() tells a Scale of any built-in kind', () => {
    const scale = { metadata: { name: 'd', creationTimestamp: '2024-01-01T00:00:00Z' }, spec: { replicas: 3 }, status: {} }
    expect(scaleRow(scale, Date.parse('2024-01-01T00:05:00Z'))).toEqual(['d', 3, 0, '5m'])
    expect(SCALE_COLUMNS.map(({ name }) => name)).toEqual(['Name', 'Desired', 'Available', 'Age'])
  })

  test('WatchTables says the columns once', () => {
    const tables = new WatchTables()
    expect(tables.next(object, options).columnDefinitions).toHaveLength(3)
    expect(tables.next(object, options).columnDefinitions).toBeNull()
  })

  test('parseIncludeObject() refuses other words', () => {
    expect([parseIncludeObject(null), parseIncludeObject(''), parseIncludeObject('None')]).toEqual(['Metadata', 'Metadata', 'None'])
    expect(() => parseIncludeObject('Sometimes')).toThrow(
      `Unable to convert to Table as requested: includeObject: Invalid value: "Sometimes": must be 'Metadata', 'Object', 'None', or empty`,
    )
  })

  test('partialObjectMetadataList() keeps only metadata', () => {
    expect(partialObjectMetadataList([object], { resourceVersion: '9' }, 'v1')).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '9' },
      items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }],
    })
    expect(() => checkTransformation({ kind: 'PartialObjectMetadata', version: 'v1' }, true, '*v1.ConfigMapList')).toThrow(
      'you requested PartialObjectMetadata, but the requested object is a list (*v1.ConfigMapList)',
    )
    expect(() => checkTransformation({ kind: 'PartialObjectMetadataList', version: 'v1' }, false, '*v1.ConfigMap')).toThrow('is not a list')
    expect(() => checkTransformation({ kind: 'Table', version: 'v1' }, true, '')).not.toThrow()
  })
})
