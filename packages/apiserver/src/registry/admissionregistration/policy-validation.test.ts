import { describe, expect, test } from '@jest/globals'
import type { ValidatingAdmissionPolicy } from '@kubetape/api/types/admissionregistration/v1'
import { validatePolicy } from './policy-validation.ts'

const gates = { enabled: () => false }
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }
const spec = {
  failurePolicy: 'Fail',
  matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, resourceRules: [rule] },
  validations: [{ expression: 'true' }],
}
const errors = (more: object, old?: object): string[] =>
  validatePolicy(
    { metadata: { name: 'p' }, spec: { ...spec, ...more } } as unknown as ValidatingAdmissionPolicy,
    old === undefined ? undefined : ({ metadata: { name: 'p' }, spec: { ...spec, ...old } } as unknown as ValidatingAdmissionPolicy),
    gates,
  ).map(({ field, message }) => `${field}: ${message}`)

describe('validatePolicy()', () => {
  test.each([
    [{}, []],
    [{ validations: [{ expression: 'object.x' }] }, ['spec.validations[0].expression: Invalid value: "object.x": must evaluate to bool']],
    [
      { validations: [{ expression: 'true', messageExpression: '1' }] },
      ['spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string'],
    ],
    [
      { auditAnnotations: [{ key: 'k', valueExpression: '1' }] },
      ['spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]'],
    ],
    [
      { validations: [{ expression: 'true', messageExpression: 'authorizer.path("/x").check("get").reason()' }] },
      [
        'spec.validations[0].messageExpression: Invalid value: "authorizer.path(\\"/x\\").check(\\"get\\").reason()": compilation failed: ERROR: <input>:1:1: undeclared reference to \'authorizer\' (in container \'\')\n | authorizer.path("/x").check("get").reason()\n | ^',
      ],
    ],
    [
      { matchConditions: [{ name: 'a b', expression: '' }] },
      expect.arrayContaining(['spec.matchConditions[0].expression: Required value']),
    ],
    [
      { matchConditions: [{ name: 'a', expression: 'params == null' }] },
      [expect.stringContaining("undeclared reference to 'params' (in container '')")],
    ],
    [{ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, matchConditions: [{ name: 'a', expression: 'params == null' }] }, []],
    [
      { paramKind: { apiVersion: 'a/b/c', kind: '' } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c', 'spec.paramKind.kind: Required value'],
    ],
    [
      {
        matchConstraints: { ...spec.matchConstraints, resourceRules: [{ ...rule, resources: ['*', 'pods'], operations: ['*', 'CREATE'] }] },
      },
      [
        'spec.matchConstraints.resourceRules[0].operations: Invalid value: []admissionregistration.OperationType{"*", "CREATE"}: if \'*\' is present, must not specify other operations',
        'spec.matchConstraints.resourceRules[0].resources: Invalid value: []string{"*", "pods"}: if \'*\' is present, must not specify other resources without subresources',
      ],
    ],
    [
      {
        variables: [
          { name: 'n', expression: '1' },
          { name: 'm', expression: 'variables.n + "a"' },
        ],
      },
      [expect.stringContaining("found no matching overload for '_+_' applied to '(int, string)'")],
    ],
  ])('says of %j what is wrong', (more, wanted) => {
    expect(errors(more)).toEqual(wanted)
  })

  test('lets stored expressions use what new ones may not yet', () => {
    const newer = { validations: [{ expression: 'format.uuid().validate("x").hasValue()' }] }
    expect(errors(newer)).toEqual([expect.stringContaining("undeclared reference to 'format'")])
    expect(errors(newer, newer)).toEqual([])
  })
})
