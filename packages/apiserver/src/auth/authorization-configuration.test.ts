import { describe, expect, test } from '@jest/globals'
import { readAuthorizationConfiguration } from './authorization-configuration.ts'

const KUBECONFIG = `
clusters: [{name: w, cluster: {server: 'https://127.0.0.1:1/authorize', insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: c, context: {cluster: w, user: u}}]
current-context: c
`
const WEBHOOK = {
  timeout: '3s',
  authorizedTTL: '1m30s',
  subjectAccessReviewVersion: 'v1',
  matchConditionSubjectAccessReviewVersion: 'v1',
  failurePolicy: 'Deny',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/w.kubeconfig' },
  matchConditions: [{ expression: "request.user != 'x'" }],
}

const FILE = '/etc/authorization.yaml'
const fileOr =
  (text: string) =>
  (path: string): string =>
    path === FILE ? text : KUBECONFIG
const parse = (authorizers: object[], head: object = {}): ReturnType<typeof readAuthorizationConfiguration> =>
  readAuthorizationConfiguration(
    FILE,
    fileOr(JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1beta1', kind: 'AuthorizationConfiguration', authorizers, ...head })),
  )
const webhook = (fields: object): object => ({ type: 'Webhook', name: 'w', webhook: { ...WEBHOOK, ...fields } })

describe('readAuthorizationConfiguration()', () => {
  test('reads who decides, in order', () => {
    expect(parse([webhook({}), { type: 'Node', name: 'node' }, { type: 'RBAC', name: 'rbac' }])).toEqual([
      {
        type: 'Webhook',
        webhook: {
          transport: expect.any(Function),
          version: 'v1',
          failurePolicy: 'Deny',
          timeoutMs: 3000,
          authorizedTtlMs: 90_000,
          matchConditions: ["request.user != 'x'"],
        },
      },
      { type: 'Node' },
      { type: 'RBAC' },
    ])
  })

  test.each<[object[], string]>([
    [[], 'authorizers: Required value: at least one authorization mode must be defined'],
    [
      [{ type: 'Magic', name: 'a' }],
      'authorizers[0].type: Unsupported value: "Magic": supported values: "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
    ],
    [
      [
        { type: 'RBAC', name: 'a' },
        { type: 'RBAC', name: 'a' },
      ],
      'authorizers[1].type: Duplicate value: "RBAC", authorizers[1].name: Duplicate value: "a"',
    ],
    [[{ type: 'Webhook', name: 'a' }], 'authorizers[0].webhook: Required value: required when type=Webhook'],
    [[webhook({ timeout: '31s' })], 'authorizers[0].webhook.timeout: Invalid value: "31s": must be > 0s and <= 30s'],
    [[webhook({ failurePolicy: '' })], 'authorizers[0].webhook.failurePolicy: Required value'],
    [
      [webhook({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'w' } })],
      'kubeConfigFile: Invalid value: "w": must be an absolute path',
    ],
    [
      [webhook({ matchConditions: [{ expression: 'request.nothing' }] })],
      'matchConditions[0].expression: Invalid value: "request.nothing": compilation failed',
    ],
  ])('refuses %j', (authorizers, message) => {
    expect(() => parse(authorizers)).toThrow(message)
  })

  test('refuses what is no such configuration', () => {
    expect(() => parse([], { kind: 'Other' })).toThrow(
      'Cannot use the authorization configuration "/etc/authorization.yaml": it must have kind AuthorizationConfiguration and apiVersion apiserver.config.k8s.io/v1beta1',
    )
    expect(() => parse([], { authoriser: [] })).toThrow('it has no field authoriser')
    expect(() => parse([webhook({ matchCondition: [] })])).toThrow('it has no field authorizers[0].webhook.matchCondition')
    expect(() => readAuthorizationConfiguration(FILE, fileOr('a: ['))).toThrow('Flow sequence')
    expect(() => readAuthorizationConfiguration(FILE, fileOr(''))).toThrow('it is empty, or no object')
  })
})
