import { describe, expect, test } from '@jest/globals'
import { builtinSchemas, findResource, type ResourceInfo, typeNameOfKind } from '@kubetape/api'
import type { TypeSchema } from '@kubetape/apimachinery'
import { groupResources, servedResources } from '../discovery/served-resources.ts'
import { pathsOfResource } from './resource-paths.ts'
import { OpenApiDocuments } from './openapi-documents.ts'

const documents = new OpenApiDocuments({
  groups: groupResources(servedResources()),
  source: builtinSchemas,
  typeNameOf: typeNameOfKind,
  version: 'v1.31.14',
})

interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, unknown> }
  'x-kubernetes-action'?: string
  'x-kubernetes-group-version-kind'?: unknown
}
interface Document {
  openapi?: string
  swagger?: string
  info: { title: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, TypeSchema> }
  definitions: Record<string, TypeSchema>
}
const read = (bytes: Buffer | undefined): Document => JSON.parse(bytes!.toString()) as Document
const JOB = 'io.k8s.api.batch.v1.Job'
const item = '/apis/batch/v1/namespaces/{namespace}/jobs/{name}'

describe('OpenApiDocuments', () => {
  test('index() gives every document a hashed address', () => {
    const { paths } = JSON.parse(documents.index().toString()) as { paths: Record<string, { serverRelativeURL: string }> }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['api', 'api/v1', 'apis', 'apis/apps/v1', 'apis/batch', 'apis/batch/v1', 'version']),
    )
    for (const [key, { serverRelativeURL }] of Object.entries(paths)) {
      expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${key.replaceAll('.', '\\.')}\\?hash=[0-9A-F]{128}$`))
      expect(serverRelativeURL).toContain(documents.hashOf(key))
      expect(read(documents.v3(key)).openapi).toBe('3.0.0')
    }
  })

  test('v3() has the paths of a version', () => {
    const names = ['cronjobs', 'jobs']
    const root = '/apis/batch/v1'
    const paths = names.flatMap((name) => [
      `${root}/${name}`,
      `${root}/namespaces/{namespace}/${name}`,
      `${root}/namespaces/{namespace}/${name}/{name}`,
      `${root}/namespaces/{namespace}/${name}/{name}/status`,
      `${root}/watch/${name}`,
      `${root}/watch/namespaces/{namespace}/${name}`,
      `${root}/watch/namespaces/{namespace}/${name}/{name}`,
    ])
    expect(Object.keys(read(documents.v3('apis/batch/v1')).paths).sort()).toEqual([`${root}/`, ...paths].sort())
  })

  test('v3() says of an operation what kubectl looks for', () => {
    const { get, patch } = read(documents.v3('apis/batch/v1')).paths[item]!
    expect(get!.operationId).toBe('readBatchV1NamespacedJob')
    expect(patch!['x-kubernetes-group-version-kind']).toEqual({ group: 'batch', version: 'v1', kind: 'Job' })
    expect(patch!.parameters?.map(({ name }) => name)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
    expect(Object.keys(patch!.requestBody!.content)).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
    ])
  })

  test('v3() shows types as upstream does', () => {
    const { schemas } = read(documents.v3('apis/batch/v1')).components
    expect(schemas[JOB]!['x-kubernetes-group-version-kind']).toEqual([{ group: 'batch', version: 'v1', kind: 'Job' }])
    const { properties } = schemas['io.k8s.api.batch.v1.JobSpec']!
    expect(properties!['parallelism']).toEqual({ format: 'int32', type: 'integer' })
    expect(properties!['podFailurePolicy']).toEqual({ allOf: [{ $ref: '#/components/schemas/io.k8s.api.batch.v1.PodFailurePolicy' }] })
    expect(properties!['template']).toEqual({ allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec' }], default: {} })
    expect(schemas['io.k8s.apimachinery.pkg.api.resource.Quantity']).toEqual({ oneOf: [{ type: 'string' }, { type: 'number' }] })
  })

  test.each(['apis/batch/v1', 'api/v1', 'apis/apps/v1'])('v3() of %s refers to no type that is not in it', (key) => {
    const text = documents.v3(key)!.toString()
    const { schemas } = read(documents.v3(key)).components
    expect(
      [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!).filter((name) => schemas[name] === undefined),
    ).toEqual([])
  })

  test('v3() answers undefined for a version that is not served', () => {
    expect(documents.v3('apis/nope/v1')).toBeUndefined()
    expect(documents.hashOf('apis/nope/v1')).toBeUndefined()
  })

  test('v2Json() holds every group, its references beside other keywords', () => {
    const document = read(documents.v2Json())
    expect(document.swagger).toBe('2.0')
    expect(document.definitions[JOB]!.properties!['spec']).toEqual({ $ref: '#/definitions/io.k8s.api.batch.v1.JobSpec', default: {} })
    expect(document.definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toEqual({ type: 'string', format: 'int-or-string' })
    expect(document.paths['/api/v1/nodes/{name}']!['patch']!.parameters!.map(({ name }) => name)).toEqual([
      'body',
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ])
    const missing = [
      ...documents
        .v2Json()
        .toString()
        .matchAll(/"#\/definitions\/([^"]+)"/g),
    ]
      .map((match) => match[1]!)
      .filter((name) => document.definitions[name] === undefined)
    expect(missing).toEqual([])
  })

  test('operation ids are unique', () => {
    const ids = Object.values(read(documents.v2Json()).paths).flatMap((path) => Object.values(path).flatMap((one) => one.operationId ?? []))
    expect(ids.length).toBeGreaterThan(700)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  })

  test('v2Protobuf() says the same in the form that old kubectl reads', () => {
    const fields = readFields(documents.v2Protobuf())
    expect(fields.get(1)?.[0]?.toString()).toBe('2.0')
    const definitions = (readFields(fields.get(9)![0]!).get(1) ?? []).map(readFields)
    expect(definitions.map((one) => one.get(1)![0]!.toString())).toEqual(Object.keys(read(documents.v2Json()).definitions))
    const job = readFields(definitions.find((one) => one.get(1)![0]!.toString() === JOB)!.get(2)![0]!)
    const extension = readFields(job.get(31)![0]!)
    expect(extension.get(1)![0]!.toString()).toBe('x-kubernetes-group-version-kind')
    expect(readFields(extension.get(2)![0]!).get(2)![0]!.toString()).toBe('- group: batch\n  kind: Job\n  version: v1\n')
  })

  test('serves custom resources by the schema that they bring', () => {
    const gadgets: ResourceInfo = {
      ...findResource({ group: 'batch', version: 'v1', resource: 'jobs' })!,
      group: 'grp.example.com',
      resource: 'gadgets',
      singular: 'gadget',
      kind: 'Gadget',
      subresources: [],
    }
    const schema = {
      type: 'object',
      properties: {
        metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', description: 'its metadata' },
        spec: { type: 'object', properties: { size: { type: 'integer', description: 'how big' } } },
      },
    } as TypeSchema
    const custom = (type: TypeSchema): OpenApiDocuments =>
      new OpenApiDocuments({
        groups: groupResources([gadgets]),
        source: { type: (name) => (name === 'com.example.grp.v1.Gadget' ? type : builtinSchemas.type(name)) },
        typeNameOf: (gvk) => (gvk.kind === 'Gadget' ? 'com.example.grp.v1.Gadget' : undefined),
        version: 'v1.31.14',
        isCustom: () => true,
      })
    const document = read(custom(schema).v3('apis/grp.example.com/v1'))
    expect(Object.keys(document.paths)).toEqual([
      '/apis/grp.example.com/v1/gadgets',
      '/apis/grp.example.com/v1/namespaces/{namespace}/gadgets',
      '/apis/grp.example.com/v1/namespaces/{namespace}/gadgets/{name}',
    ])
    const { properties } = document.components.schemas['com.example.grp.v1.Gadget']!
    expect(properties!['metadata']).toEqual({
      allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
      description: 'its metadata',
    })
    expect(properties!['spec']!.properties!['size']).toEqual({ type: 'integer', description: 'how big' })
    expect(custom(schema).hashOf('apis/grp.example.com/v1')).not.toBe(custom({ type: 'object' }).hashOf('apis/grp.example.com/v1'))
  })
})

test('pathsOfResource() describes subresources by their own kinds', () => {
  const pods = pathsOfResource(findResource({ group: '', version: 'v1', resource: 'pods' })!, typeNameOfKind)
  const at = (suffix: string) => pods.find(({ path }) => path === `/api/v1/namespaces/{namespace}/pods/{name}/${suffix}`)!.operations
  expect(at('eviction').post).toMatchObject({
    operationId: 'createCoreV1NamespacedPodEviction',
    body: 'io.k8s.api.policy.v1.Eviction',
    gvk: { group: 'policy', version: 'v1', kind: 'Eviction' },
  })
  expect(at('exec').post).toMatchObject({ action: 'connect', operationId: 'connectCoreV1PostNamespacedPodExec' })
  expect(at('status').patch?.operationId).toBe('patchCoreV1NamespacedPodStatus')
  expect(at('proxy/{path}').get?.operationId).toBe('connectCoreV1GetNamespacedPodProxyWithPath')
})

/** The length-delimited fields of a protobuf message, by their numbers. */
function readFields(bytes: Buffer): Map<number, Buffer[]> {
  const fields = new Map<number, Buffer[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) !== 2) {
      varint()
      continue
    }
    const length = varint()
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), bytes.subarray(at, at + length)])
    at += length
  }
  return fields
}
