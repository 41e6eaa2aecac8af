import { describe, expect, test } from '@jest/globals'
import type { ValidatingAdmissionPolicy } from '@kubetape/api/types/admissionregistration/v1'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { KindTypes } from './kind-types.ts'
import { plan } from './plan.ts'

const rule = (group: string, version: string, ...resources: string[]): object => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: ['*'],
  resources,
})

function policy(rules: object[], validations: object[], more: object = {}): ValidatingAdmissionPolicy {
  const spec = { matchConstraints: { resourceRules: rules }, validations, ...more }
  return { metadata: { name: 'p', generation: 2 }, spec, status: { observedGeneration: 1 } } as unknown as ValidatingAdmissionPolicy
}

const widgets = {
  spec: {
    group: 'example.com',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { size: { type: 'integer' }, 'a-b': { type: 'string' } } } },
      },
    ],
  },
} as unknown as CustomResourceDefinition

const types = new KindTypes([widgets])
const warnings = (...args: Parameters<typeof policy>): readonly (readonly [string, string])[] =>
  (plan(policy(...args), types)?.typeChecking?.expressionWarnings ?? []).map(({ fieldRef, warning }) => [fieldRef, warning])

describe('plan()', () => {
  test('says nothing again of a generation that was looked at', () => {
    const seen = { ...policy([], []), status: { observedGeneration: 2 } }
    expect(plan(seen, types)).toBeUndefined()
    expect(plan(policy([], []), types)).toEqual({ observedGeneration: 2, typeChecking: {} })
  })

  test('warns of what does not fit the kinds that are named', () => {
    expect(
      warnings(
        [rule('apps', 'v1', 'deployments')],
        [{ expression: 'object.spec.replicas > "x"' }, { expression: 'object.spec.nope == 1' }],
      ),
    ).toEqual([
      [
        'spec.validations[0].expression',
        "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > \"x\"\n | .....................^\n",
      ],
      [
        'spec.validations[1].expression',
        "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'nope'\n | object.spec.nope == 1\n | ...........^\n",
      ],
    ])
  })

  test('knows the kinds of definitions, escaped names, variables, messages and params', () => {
    const found = warnings(
      [rule('example.com', 'v1', 'widgets')],
      [
        {
          expression: 'variables.twice > 1 && object.a__dash__b == "x" && params.data.x == "y"',
          messageExpression: 'params.data + object.size',
        },
      ],
      { variables: [{ name: 'twice', expression: 'object.size * 2' }], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
    )
    expect(found).toEqual([
      [
        'spec.validations[0].messageExpression',
        expect.stringContaining("found no matching overload for '_+_' applied to '(map(string, string), int)'"),
      ],
    ])
  })

  test.each([[rule('*', 'v1', 'deployments')], [rule('apps', 'v1', 'deployments/scale', '*')], [rule('apps', 'v9', 'deployments')]])(
    'checks nothing against %j',
    (one) => {
      expect(warnings([one], [{ expression: 'object.nope' }])).toEqual([])
    },
  )

  test('copes with types that contain themselves', () => {
    const deep = 'object.spec.versions.all(v, v.schema.openAPIV3Schema.properties.all(k, v.schema.openAPIV3Schema.properties[k].anything))'
    expect(warnings([rule('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')], [{ expression: deep }])).toEqual([])
  })

  test('takes times, quantities, ports and nested types for what they are', () => {
    const fine =
      'object.metadata.creationTimestamp < timestamp("2100-01-01T00:00:00Z") && object.spec.containers.all(c, !has(c.resources.limits) || c.resources.limits.all(k, quantity(c.resources.limits[k]).sign() > 0)) && object.spec.containers[0].livenessProbe.httpGet.port == 80'
    expect(warnings([rule('', 'v1', 'pods')], [{ expression: fine }])).toEqual([])
  })
})
