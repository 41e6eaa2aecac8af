import { describe, expect, test } from '@jest/globals'
import { type AuditPolicy, decideAudit, parseAuditPolicy, type PolicyRule } from './policy.ts'
import { requestInfo } from '../request/request-info.ts'

const JANE = { name: 'jane', groups: ['dev', 'system:authenticated'] }
const asked = (method: string, url: string): ReturnType<typeof requestInfo> => {
  const [path, query] = url.split('?')
  return requestInfo(method, path!, new URLSearchParams(query))
}
const level = (rule: Omit<PolicyRule, 'level'>, method: string, path: string): string =>
  decideAudit({ rules: [{ level: 'Metadata', ...rule }] }, JANE, asked(method, path)).level

const PODS = '/api/v1/namespaces/a/pods'

describe('decideAudit()', () => {
  test.each([
    [{}, 'GET', '/healthz', true],
    [{ users: ['jane'] }, 'GET', PODS, true],
    [{ users: ['bob'] }, 'GET', PODS, false],
    [{ userGroups: ['ops', 'dev'] }, 'GET', PODS, true],
    [{ userGroups: ['ops'] }, 'GET', PODS, false],
    [{ verbs: ['list'] }, 'GET', PODS, true],
    [{ verbs: ['watch'] }, 'GET', `${PODS}?watch=1`, true],
    [{ verbs: ['get'] }, 'GET', PODS, false],
    [{ namespaces: ['a'] }, 'GET', PODS, true],
    [{ namespaces: [''] }, 'GET', '/api/v1/nodes', true],
    [{ namespaces: [''] }, 'GET', PODS, false],
    [{ namespaces: ['a'] }, 'GET', '/healthz', false],
    [{ resources: [{ group: '' }] }, 'GET', PODS, true],
    [{ resources: [{ group: 'apps' }] }, 'GET', PODS, false],
    [{ resources: [{ group: '', resources: ['pods'] }] }, 'GET', `${PODS}/p/log`, false],
    [{ resources: [{ group: '', resources: ['pods/log'] }] }, 'GET', `${PODS}/p/log`, true],
    [{ resources: [{ group: '', resources: ['pods/*'] }] }, 'GET', `${PODS}/p/log`, true],
    [{ resources: [{ group: '', resources: ['*/log'] }] }, 'GET', `${PODS}/p/log`, true],
    [{ resources: [{ group: '', resources: ['*'] }] }, 'GET', `${PODS}/p/log`, true],
    [{ resources: [{ group: '', resources: ['pods'], resourceNames: ['p'] }] }, 'GET', `${PODS}/p`, true],
    [{ resources: [{ group: '', resources: ['pods'], resourceNames: ['p'] }] }, 'GET', `${PODS}/q`, false],
    [{ nonResourceURLs: ['/healthz*'] }, 'GET', '/healthz/ping', true],
    [{ nonResourceURLs: ['/healthz'] }, 'GET', '/healthz/ping', false],
    [{ nonResourceURLs: ['*'] }, 'GET', PODS, false],
  ])('%j matches %s %s: %s', (rule, method, path, matches) => {
    expect(level(rule, method, path)).toBe(matches ? 'Metadata' : 'None')
  })

  test('takes the first rule that matches, and adds its stages to those of the policy', () => {
    const policy: AuditPolicy = {
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
      rules: [
        { level: 'None', users: ['bob'] },
        { level: 'Request', omitStages: ['ResponseStarted'], omitManagedFields: false },
        { level: 'RequestResponse' },
      ],
    }
    expect(decideAudit(policy, JANE, asked('GET', PODS))).toEqual({
      level: 'Request',
      omitStages: new Set(['RequestReceived', 'ResponseStarted']),
      omitManagedFields: false,
    })
    expect(decideAudit(policy, { name: 'bob', groups: [] }, asked('GET', PODS)).level).toBe('None')
  })
})

describe('parseAuditPolicy()', () => {
  const parse = (text: string): unknown => parseAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${text}`, 'p.yaml')

  test('reads what the documentation shows', () => {
    expect(
      parse('omitStages: ["RequestReceived"]\nrules:\n- level: Metadata\n  resources:\n  - group: ""\n    resources: [secrets]\n'),
    ).toMatchObject({
      rules: [{ level: 'Metadata', resources: [{ resources: ['secrets'] }] }],
    })
  })

  test.each([
    ['', 'it has no rules'],
    ['rules:\n- level: All\n', 'rules[0].level must be one of None, Metadata, Request, RequestResponse'],
    ['rules:\n- users: [a]\n', 'rules[0].level must be one of'],
    ['rules:\n- level: None\n  user: [a]\n', 'it has no field rules[0].user'],
    ['rules:\n- level: None\n  nonResourceURLs: [healthz]\n', 'rules[0].nonResourceURLs[0] must begin with "/"'],
    ['rules:\n- level: None\n  nonResourceURLs: [/a]\n  namespaces: [b]\n', 'rules[0] cannot be about both resources and nonResourceURLs'],
    ['rules:\n- level: None\n  resources: [{resourceNames: [a]}]\n', 'rules[0].resources[0].resourceNames needs resources beside it'],
    ['rules:\n- level: None\n  resources: [{group: apps/v1}]\n', 'rules[0].resources[0].group must be a group without a version'],
    ['rules:\n- level: None\nomitStages: [Never]\n', 'omitStages must be a list of RequestReceived'],
    ['rules: {', 'at line'],
  ])('refuses %j and says why', (text, why) => {
    expect(() => parse(text)).toThrow(/^Cannot use the audit policy "p.yaml": /)
    expect(() => parse(text)).toThrow(why)
  })

  test('refuses another kind', () => {
    expect(() => parseAuditPolicy('apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n', 'p')).toThrow(
      'it must have apiVersion audit.k8s.io/v1',
    )
  })
})
