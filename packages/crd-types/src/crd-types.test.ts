import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { crdTypes } from './crd-types.ts'
import { definitionsOf } from './definition.ts'
import { readDefinitions } from './read-definitions.ts'
import { builtInSchema } from './testing/built-in-schema.ts'
import { compiled } from './testing/compiled.ts'

/** Modules that are compiled here and nowhere else. */
const sample = (name: string): string => readFileSync(new URL(`./testing/${name}.txt`, import.meta.url), 'utf8')

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1beta1
    served: true
    storage: false
    deprecated: true
    deprecationWarning: use example.com/v1
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  - name: v1alpha1
    served: false
    storage: false
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        description: A widget.
        type: object
        required: [spec, status]
        properties:
          apiVersion: {type: string, description: As of any object.}
          kind: {type: string}
          metadata: {type: object}
          spec:
            description: "What it should be. Do not write */ in comments."
            type: object
            required: [color, replicas, 'a-b', parts]
            properties:
              color: {type: string, enum: [red, "it's", "\\"x\\""]}
              level: {type: integer, enum: [1, 2], nullable: true}
              mode: {enum: [null, fast], nullable: true}
              replicas: {type: integer, format: int32, default: 1, minimum: 0, maximum: 9}
              ratio: {type: number}
              on: {type: boolean, description: "  Whether.\\n\\n It is on.\\n"}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              memory: {x-kubernetes-int-or-string: true, pattern: '^[0-9]+Mi$'}
              since: {type: string, format: date-time}
              a-b: {type: string}
              class: {type: string}
              __proto__: {type: string}
              aB: {type: object, properties: {x: {type: string}}}
              'a.b': {type: object, properties: {y: {type: string}}}
              'a/b': {type: object, required: [z], properties: {z: {type: string}}}
              labels: {type: object, additionalProperties: {type: string}}
              matrix: {type: array, items: {type: array, items: {type: integer}}}
              choices: {type: array, items: {type: string, enum: [a, b]}}
              holes: {type: array, items: {type: string, nullable: true}}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {description: One part., type: object, required: [name], properties: {name: {type: string}}}
              byName: {type: object, additionalProperties: {type: object, properties: {size: {type: integer}}}}
              raw: {x-kubernetes-preserve-unknown-fields: true}
              rawObject: {type: object, x-kubernetes-preserve-unknown-fields: true}
              rawList: {type: array}
              partly: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: string}}}
              template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              typed:
                type: object
                x-kubernetes-embedded-resource: true
                properties: {metadata: {type: object}, spec: {type: object, properties: {a: {type: string}}}}
              untyped: {}
              gone: {type: object, nullable: true, properties: {a: {type: string}}}
          status:
            type: object
            properties: {ready: {type: boolean}}
`

const definition = (kind: string, group: string, schema: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
})

/** The compiler reads its own libraries for each. */
const COMPILING_MS = 60_000

describe('crdTypes()', () => {
  const text = crdTypes(readDefinitions(WIDGETS, 'widgets.yaml'))

  test('writes the interface of a kind, of what is in it, and its descriptor', () => {
    expect(text).toBe(sample('widget-types'))
  })

  test(
    'writes what compiles, and refuses what the schema refuses',
    () => {
      expect(compiled({ 'widget.ts': text, 'use.ts': sample('widget-use') })).toEqual([])
    },
    COMPILING_MS,
  )

  test(
    'writes what compiles for schemas as large as those of real operators',
    () => {
      const spec = { type: 'object', properties: { template: builtInSchema('io.k8s.api.core.v1.PodTemplateSpec') } }
      const large = crdTypes(definitionsOf([definition('Runner', 'example.com', { type: 'object', properties: { spec } })], 'large'))
      expect(large.length).toBeGreaterThan(50_000)
      expect(large).toContain('export interface RunnerSpecTemplateSpecContainersItemLivenessProbeHttpGet {')
      expect(compiled({ 'large.ts': large })).toEqual([])
    },
    COMPILING_MS,
  )

  test(
    'gives each name once: kinds of two groups, names that the module needs, nested names',
    () => {
      const nested = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } }
      const kinds = [
        ['Gate', 'one.example.com'],
        ['Gate', 'two.example.com'],
        ['GateSpec', 'one.example.com'],
        ['Record', 'one.example.com'],
        ['Kind', 'kind.example.com'],
        ['class', '3d.example.com'],
        ['2d-thing', 'example.com'],
      ] as const
      const clashing = crdTypes(
        definitionsOf(
          kinds.map(([kind, group]) => definition(kind, group, nested)),
          'clashes',
        ),
      )
      expect([...clashing.matchAll(/^export const (\w+)/gm)].map(([, name]) => name)).toEqual([
        'Gate',
        'TwoGate',
        'GateSpec',
        'OneRecord',
        'KindKind',
        'Class',
        'T2dThing',
      ])
      expect(clashing).toContain('spec?: GateSpec2\n')
      expect(compiled({ 'clashing.ts': clashing })).toEqual([])
    },
    COMPILING_MS,
  )
})
