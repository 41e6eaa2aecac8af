import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { type AccessAttributes, NO_OPINION } from '../../auth/authorizer.ts'
import { TestServer } from '../../testing/test-server.ts'
import type { AdmissionAttributes } from '../admission.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { checkParamAccess } from './param-access.ts'

const jane = { name: 'jane', uid: '4', groups: ['dev'] }

async function refusal(draft: object, allowed: (asked: AccessAttributes) => boolean, user: object = jane): Promise<string> {
  const server = await TestServer.start()
  const resource = server.registry.find(
    'admissionregistration.k8s.io',
    'v1',
    'paramRef' in (draft as KubeObject & { spec: object }).spec ? 'validatingadmissionpolicybindings' : 'validatingadmissionpolicies',
  )
  const attributes = { draft, old: undefined, operation: 'CREATE', subresource: '', resource, name: 'p', context: { user } }
  const authorizer = { authorize: (asked: AccessAttributes) => (allowed(asked) ? { verdict: 'allow' as const, reason: '' } : NO_OPINION) }
  const environment = { authorizer, storage: server.storage, registry: () => server.registry }
  try {
    await checkParamAccess(attributes as unknown as AdmissionAttributes, environment as unknown as PluginEnvironment)
  } catch (error) {
    return (error as Error).message
  }
  return 'allowed'
}

const policy = { spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } }
const binding = { spec: { policyName: 'none', paramRef: { name: 'x', namespace: 'n' } } }

describe('checkParamAccess()', () => {
  test('lets those make policies who may read all params', async () => {
    const mayGet = (asked: AccessAttributes): boolean =>
      asked.isResource && asked.resource === 'configmaps' && asked.verb === 'get' && asked.namespace === '*'
    expect(await refusal(policy, mayGet)).toBe('allowed')
    expect(await refusal(policy, () => false)).toBe(
      'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: user &{jane 4 [dev] map[]} must have "get" permission on all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)',
    )
  })

  test('lets those bind policies who may read the params that are named', async () => {
    expect(await refusal(binding, (asked) => asked.isResource && asked.name === 'x' && asked.group === '*')).toBe('allowed')
    expect(await refusal(binding, () => false)).toContain(
      'spec.paramRef: Forbidden: user &{jane 4 [dev] map[]} does not have "get" permission on the object referenced by paramRef',
    )
  })

  test('asks nothing of administrators, and of who changes something else', async () => {
    expect(await refusal(policy, () => false, { name: 'root', groups: ['system:masters'] })).toBe('allowed')
    expect(await refusal({ spec: {} }, () => false)).toBe('allowed')
  })
})
