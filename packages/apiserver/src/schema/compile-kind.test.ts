import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { type FieldValidation, KindCompiler, type KindSchema } from './compile-kind.ts'
import { JsonText } from './json-text.ts'

const compiler = new KindCompiler(builtinSchemas)
const kindOf = (group: string, version: string, kind: string): KindSchema => compiler.kind(typeNameOfKind({ group, version, kind })!)
const configMap = kindOf('', 'v1', 'ConfigMap')
const job = kindOf('batch', 'v1', 'Job')
const pod = kindOf('', 'v1', 'Pod')
const service = kindOf('', 'v1', 'Service')

const decode = (kind: KindSchema, text: string, mode: FieldValidation = 'Warn') => kind.decode(JsonText.read(text), mode)
const stored = (kind: KindSchema, value: unknown): KubeObject => {
  const { object } = kind.decode(value, 'Warn')
  kind.complete(object)
  return object
}
const refusal = (kind: KindSchema, text: string, mode: FieldValidation = 'Warn'): string => {
  try {
    decode(kind, text, mode)
  } catch (error) {
    return (error as Error).message.replace(/^.* cannot be handled as an? \w+: /, '')
  }
  return 'accepted'
}

describe('decode() of wrong types', () => {
  test.each([
    [
      'a number for a string',
      configMap,
      '{"metadata":{"name":7}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
    ],
    [
      'a list for a map',
      configMap,
      '{"data":["k"]}',
      'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      'a number in a map',
      configMap,
      '{"data":{"k":5}}',
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'a string for an int',
      job,
      '{"spec":{"parallelism":"2"}}',
      'json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32',
    ],
    [
      'too large an int',
      job,
      '{"spec":{"parallelism":2147483648}}',
      'json: cannot unmarshal number 2147483648 into Go struct field JobSpec.spec.parallelism of type int32',
    ],
    [
      'an int with a fraction',
      job,
      '{"spec":{"parallelism":1.0}}',
      'json: cannot unmarshal number 1.0 into Go struct field JobSpec.spec.parallelism of type int32',
    ],
    [
      'an int with an exponent',
      job,
      '{"spec":{"parallelism":1e2}}',
      'json: cannot unmarshal number 1e2 into Go struct field JobSpec.spec.parallelism of type int32',
    ],
    [
      'too large a long',
      job,
      '{"spec":{"activeDeadlineSeconds":9223372036854775808}}',
      'json: cannot unmarshal number 9223372036854775808 into Go struct field JobSpec.spec.activeDeadlineSeconds of type int64',
    ],
    [
      'a string for a boolean',
      job,
      '{"spec":{"suspend":"yes"}}',
      'json: cannot unmarshal string into Go struct field JobSpec.spec.suspend of type bool',
    ],
    [
      'a string for a list of types',
      service,
      '{"spec":{"ports":"x"}}',
      'json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort',
    ],
    ['a string for a type', job, '{"spec":"x"}', 'json: cannot unmarshal string into Go struct field Job.spec of type v1.JobSpec'],
    [
      'a boolean for a port',
      service,
      '{"spec":{"ports":[{"targetPort":true}]}}',
      'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    [
      'a fraction for a port',
      service,
      '{"spec":{"ports":[{"targetPort":80.5}]}}',
      'json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.targetPort of type int32',
    ],
    [
      'a type with a name of its own',
      pod,
      '{"spec":{"restartPolicy":1}}',
      'json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    ['no base64', configMap, '{"binaryData":{"a":"****"}}', 'illegal base64 data at input byte 0'],
    ['base64 without its end', configMap, '{"binaryData":{"a":"YWJj!"}}', 'illegal base64 data at input byte 4'],
    [
      'no time',
      configMap,
      '{"metadata":{"creationTimestamp":"yesterday"}}',
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      'a number for a time',
      configMap,
      '{"metadata":{"creationTimestamp":5}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
    [
      'no quantity',
      pod,
      '{"spec":{"overhead":{"cpu":"x"}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('refuses %s in upstream words', (_, kind, text, message) => {
    expect(refusal(kind, text)).toBe(message)
  })

  test('names kind and version, as a BadRequest', () => {
    expect(() => decode(job, '{"spec":{"suspend":1}}')).toThrow(
      expect.objectContaining({
        detail: 'json: cannot unmarshal number into Go struct field JobSpec.spec.suspend of type bool',
        status: expect.objectContaining({
          code: 400,
          reason: 'BadRequest',
          message: expect.stringMatching(/^Job in version "v1" cannot be handled as a Job: json: /),
        }),
      }),
    )
  })

  test('names no kind when the type belongs to every group', () => {
    const options = compiler.kind('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')
    expect(() => decode(options, '{"propagationPolicy":1}')).toThrow(
      'json: cannot unmarshal number into Go struct field DeleteOptions.propagationPolicy of type v1.DeletionPropagation',
    )
  })
})

describe('decode() of unknown and repeated fields', () => {
  const text = '{"metadata":{"name":"x","colour":"red"},"data":{"a":"1","a":"2"},"extra":1,"data":{"b":"3"}}'
  const errors = ['unknown field "metadata.colour"', 'duplicate field "data.a"', 'unknown field "extra"', 'duplicate field "data"']

  test('drops and reports them in the order of the body under Warn', () => {
    const { object, strictErrors } = decode(configMap, text)
    expect(strictErrors).toEqual(errors)
    expect(object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' }, data: { a: '2', b: '3' } })
  })

  test('is silent under Ignore, with the same result', () => {
    expect(decode(configMap, text, 'Ignore')).toEqual({ object: decode(configMap, text).object, strictErrors: [] })
  })

  test('refuses them under Strict', () => {
    expect(refusal(configMap, text, 'Strict')).toBe(`strict decoding error: ${errors.join(', ')}`)
  })

  test('says where in lists they are', () => {
    expect(decode(pod, '{"spec":{"containers":[{"name":"a"},{"resources":{"limit":{}}}]}}').strictErrors).toEqual([
      'unknown field "spec.containers[1].resources.limit"',
    ])
  })

  test('matches names with their case', () => {
    expect(decode(configMap, '{"Data":{"a":"1"}}').strictErrors).toEqual(['unknown field "Data"'])
  })

  test('does not take a key inside a string, or in an unknown field, for a repeated one', () => {
    expect(decode(configMap, '{"data":{"a":"{\\"b\\": 1, \\"b\\" : 2}"},"other":{"data":{}}}').strictErrors).toEqual([
      'unknown field "other"',
    ])
  })
})

describe('decode()', () => {
  test('takes null and empty values of optional fields as absent', () => {
    const { object } = configMap.decode(
      { metadata: { name: 'x', labels: null, annotations: {}, finalizers: [] }, data: { a: null }, binaryData: {}, immutable: null },
      'Strict',
    )
    expect(object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' }, data: { a: '' } })
  })

  test('keeps a false and an empty string where absent means something else', () => {
    const { object } = job.decode(
      {
        spec: {
          suspend: false,
          manualSelector: false,
          successPolicy: { rules: [{ succeededIndexes: '' }] },
          template: { spec: { hostNetwork: false, hostUsers: false } },
        },
      },
      'Strict',
    )
    expect(object['spec']).toMatchObject({ suspend: false, manualSelector: false, successPolicy: { rules: [{ succeededIndexes: '' }] } })
    expect(object['spec']).toHaveProperty('template.spec', { hostUsers: false })
  })

  test('fills in defaults of the schema and zero values that are always there', () => {
    const { object } = pod.decode({ spec: { containers: [{ ports: [{ containerPort: 80 }] }, null] } }, 'Strict')
    expect(object).toEqual({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: {},
      spec: {
        containers: [
          { name: '', resources: {}, ports: [{ containerPort: 80, protocol: 'TCP' }] },
          { name: '', resources: {} },
        ],
      },
      status: {},
    })
  })

  test('writes quantities and times as they are stored', () => {
    const { object } = pod.decode(
      { metadata: { deletionTimestamp: '2024-02-03T04:05:06.5+02:00' }, spec: { overhead: { cpu: '0.0001', memory: 1024 } } },
      'Strict',
    )
    expect(object).toMatchObject({
      metadata: { deletionTimestamp: '2024-02-03T02:05:06Z' },
      spec: { overhead: { cpu: '1m', memory: '1024' } },
    })
  })

  test('neither changes nor shares its argument', () => {
    const body = Object.freeze({ metadata: Object.freeze({ labels: Object.freeze({ a: 'b' }) }) })
    const { object } = configMap.decode(body, 'Strict')
    expect(object.metadata?.labels).toEqual({ a: 'b' })
    expect(object.metadata?.labels).not.toBe(body.metadata.labels)
  })

  test('hands on an empty list of managed fields, which asks for them to be forgotten', () => {
    const { object } = configMap.decode({ metadata: { managedFields: [] } }, 'Strict')
    expect(object.metadata).toEqual({ managedFields: [] })
    configMap.complete(object)
    expect(object.metadata).not.toHaveProperty('managedFields')
  })

  test('keeps a key named __proto__ to itself', () => {
    const { object } = decode(configMap, '{"data":{"__proto__":"x"}}')
    expect(Object.keys(object['data'] as object)).toEqual(['__proto__'])
    expect({}).not.toHaveProperty('x')
  })

  test('looks into the schemas of a CustomResourceDefinition, leniently below lists of schemas', () => {
    const crd = kindOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
    const items = { type: 'array', items: { type: 'string', bogus: 1 }, bogus: 2, default: { free: [null] } }
    const { object, strictErrors } = crd.decode(
      { spec: { versions: [{ schema: { openAPIV3Schema: { properties: { a: items } } } }] } },
      'Warn',
    )
    expect(strictErrors).toEqual(['unknown field "spec.versions[0].schema.openAPIV3Schema.properties.a.bogus"'])
    expect(object).toHaveProperty('spec.versions.0.schema.openAPIV3Schema.properties.a', {
      type: 'array',
      items: { type: 'string' },
      default: { free: [null] },
    })
  })
})

describe('complete()', () => {
  test('prints null where the wire does', () => {
    expect(stored(job, { spec: {} })).toMatchObject({
      spec: { template: { metadata: { creationTimestamp: null }, spec: { containers: null } } },
      status: {},
    })
    expect(stored(kindOf('rbac.authorization.k8s.io', 'v1', 'Role'), { rules: [] })).toHaveProperty('rules', null)
    expect(stored(pod, { status: { conditions: [{ type: 'Ready' }] } })).toHaveProperty('status.conditions.0', {
      type: 'Ready',
      status: '',
      lastProbeTime: null,
      lastTransitionTime: null,
    })
  })

  test('keeps an empty list where the kind is stored as JSON', () => {
    const crd = stored(kindOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'), {
      status: { conditions: [], storedVersions: ['v1'] },
    })
    expect(crd['status']).toEqual({ acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: ['v1'] })
  })

  test('drops what a strategy left empty and fills in what it left out', () => {
    const { object } = kindOf('apps', 'v1', 'ReplicaSet').decode({ spec: { selector: {}, template: {} } }, 'Strict')
    object['status'] = { conditions: [], observedGeneration: 0 }
    object.metadata!.labels = {}
    kindOf('apps', 'v1', 'ReplicaSet').complete(object)
    expect(object['status']).toEqual({ replicas: 0 })
    expect(object.metadata).not.toHaveProperty('labels')
  })

  test('changes nothing the second time', () => {
    const once = stored(service, { spec: { ports: [{ port: 1 }] } })
    const twice = structuredClone(once)
    service.complete(twice)
    expect(twice).toEqual(once)
  })
})

describe('validateAgainstSchema()', () => {
  test('reports required fields and values outside an enumeration', () => {
    const { object } = kindOf('storage.k8s.io', 'v1', 'VolumeAttachment').decode(
      { metadata: { name: 'x' }, spec: { source: {} } },
      'Strict',
    )
    const errors = kindOf('storage.k8s.io', 'v1', 'VolumeAttachment').validateAgainstSchema(object)
    expect(errors.map((error) => `${error.field}: ${error.message}`)).toEqual([
      'spec.attacher: Required value',
      'spec.nodeName: Required value',
    ])
    const claim = service.decode({ spec: { type: 'Wrong', ports: [{ port: 1 }] } }, 'Strict').object
    expect(service.validateAgainstSchema(claim)).toEqual([
      {
        type: 'FieldValueNotSupported',
        field: 'spec.type',
        message: 'Unsupported value: "Wrong": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      },
    ])
  })
})
