import { describe, expect, test } from '@jest/globals'
import type { MutatingWebhookConfiguration } from '@kubetape/api/types/admissionregistration/v1'
import { StrategyRunner } from '../testing/strategy-runner.ts'
import { mutatingWebhookConfigurationStrategy } from './webhook-configuration-strategy.ts'

const kind = { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingWebhookConfiguration' }
const runner = new StrategyRunner<MutatingWebhookConfiguration>(kind, mutatingWebhookConfigurationStrategy, { namespace: '' })

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const hook = (more: object = {}): object => ({
  name: 'a.example.com',
  clientConfig: { url: 'https://hooks.example' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
})
const errors = (...webhooks: object[]): readonly string[] => runner.create({ metadata: { name: 'c' }, webhooks }).errors

describe('mutatingWebhookConfigurationStrategy', () => {
  test('fills in the defaults', () => {
    const { object } = runner.create({
      metadata: { name: 'c' },
      webhooks: [hook({ clientConfig: { service: { name: 's', namespace: 'n' } } })],
    })
    expect(object.webhooks![0]).toEqual({
      ...hook(),
      rules: [{ ...rule, scope: '*' }],
      clientConfig: { service: { name: 's', namespace: 'n', port: 443 } },
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      reinvocationPolicy: 'Never',
      timeoutSeconds: 10,
    })
  })

  test.each<[object, string[]]>([
    [{ name: '' }, ['webhooks[0].name: Required value']],
    [{ name: 'a.b' }, ['webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots']],
    [{ failurePolicy: 'Maybe' }, ['webhooks[0].failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"']],
    [{ sideEffects: 'Some' }, ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"']],
    [{ sideEffects: null }, ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']],
    [{ timeoutSeconds: 31 }, ['webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds']],
    [
      { reinvocationPolicy: 'Often' },
      ['webhooks[0].reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"'],
    ],
    [{ clientConfig: {} }, ['webhooks[0].clientConfig: Required value: exactly one of url or service is required']],
    [
      { clientConfig: { url: 'http://u@hooks.example?q' } },
      [
        'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
        'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "q": query parameters are not permitted in the URL',
      ],
    ],
    [{ admissionReviewVersions: [] }, ['webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1']],
    [
      { admissionReviewVersions: ['v2', 'v2'] },
      [
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
        'webhooks[0].admissionReviewVersions: Invalid value: []string{"v2", "v2"}: must include at least one of v1, v1beta1',
      ],
    ],
    [
      { rules: [{ operations: ['*', 'CREATE'], apiGroups: ['*', 'a'], apiVersions: [''], resources: ['*/*', 'pods'], scope: 'Some' }] },
      [
        'webhooks[0].rules[0].operations: Invalid value: []admissionregistration.OperationType{"*", "CREATE"}: if \'*\' is present, must not specify other operations',
        'webhooks[0].rules[0].apiGroups: Invalid value: []string{"*", "a"}: if \'*\' is present, must not specify other API groups',
        'webhooks[0].rules[0].apiVersions[0]: Required value',
        'webhooks[0].rules[0].resources: Invalid value: []string{"*/*", "pods"}: if \'*/*\' is present, must not specify other resources',
        'webhooks[0].rules[0].scope: Unsupported value: "Some": supported values: "*", "Cluster", "Namespaced"',
      ],
    ],
    [
      { rules: [{ ...rule, resources: ['pods/*', 'pods/log', '*', 'nodes'] }] },
      [
        'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
        'webhooks[0].rules[0].resources: Invalid value: []string{"pods/*", "pods/log", "*", "nodes"}: if \'*\' is present, must not specify other resources without subresources',
      ],
    ],
    [
      { rules: [{}] },
      [
        'webhooks[0].rules[0].operations: Required value',
        'webhooks[0].rules[0].apiGroups: Required value',
        'webhooks[0].rules[0].apiVersions: Required value',
        'webhooks[0].rules[0].resources: Required value',
      ],
    ],
  ])('refuses %j', (more, wanted) => {
    expect(errors(hook(more))).toEqual(wanted)
  })

  test('refuses one name twice, on an update too', () => {
    expect(errors(hook(), hook())).toEqual(['webhooks[1].name: Duplicate value: "a.example.com"'])
    const { object } = runner.create({ metadata: { name: 'c' }, webhooks: [hook()] })
    expect(runner.update(object, (draft) => draft.webhooks!.push(draft.webhooks![0]!)).errors).toHaveLength(1)
  })

  test('counts its webhooks in its row', () => {
    const { object } = runner.create({ metadata: { name: 'c' }, webhooks: [hook()] })
    expect(mutatingWebhookConfigurationStrategy.tableRow!(object, Date.parse('2026-01-01T00:01:00Z'))).toEqual(['c', 1, '60s'])
  })
})
