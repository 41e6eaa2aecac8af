import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../../testing/test-server.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'

const BASE = 'admissionregistration.k8s.io/v1'
const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
const definition = {
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: 'https://convert.example.com/' }, conversionReviewVersions: ['v1'] },
    },
    versions: [
      { name: 'v1', served: true, storage: true, schema: open },
      { name: 'v2', served: true, storage: false, schema: open },
    ],
  },
}

/** Policies about custom resources that a webhook converts: v1 says `n`, v2 says `number`. */
describe('RequestForms', () => {
  let server: TestServer
  let stop: () => void
  let fails = false
  beforeEach(async () => {
    fails = false
    server = await TestServer.start({ plugins: (_storage, _clock, environment) => [validatingAdmissionPolicy(environment)] })
    stop = server.serveCustomResources({
      post: (_, __, body) => {
        if (fails) return Promise.reject(new Error('EOF'))
        const { request } = JSON.parse(body) as { request: { uid: string; desiredAPIVersion: string; objects: KubeObject[] } }
        const convertedObjects = request.objects.map(({ n, number, ...rest }) => {
          const apiVersion = request.desiredAPIVersion
          return { ...rest, apiVersion, ...(apiVersion.endsWith('v1') ? { n: n ?? number } : { number: n ?? number }) }
        })
        const response = { uid: request.uid, convertedObjects, result: { status: 'Success' } }
        return Promise.resolve(JSON.stringify({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', response }))
      },
    })
    await server.create('apiextensions.k8s.io/v1/customresourcedefinitions', definition)
    await server.clock.advance(0)
  })
  afterEach(() => stop())

  async function bind(spec: object, binding: object = {}): Promise<void> {
    const policy = await server.create(`${BASE}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec })
    const bound = { policyName: 'p', validationActions: ['Deny'], ...binding }
    const second = await server.create(`${BASE}/validatingadmissionpolicybindings`, { metadata: { name: 'b' }, spec: bound })
    expect([policy.code, second.code]).toEqual([201, 201])
  }
  const about = (apiVersions: string[], resources: string[], apiGroups: string[]): object => ({
    resourceRules: [{ apiGroups, apiVersions, operations: ['CREATE'], resources }],
  })
  const gadget = (name: string, n: number): object => ({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name }, n })

  test('of() shows a policy the version that it is about', async () => {
    await bind({
      matchConstraints: about(['v2'], ['gadgets'], ['example.com']),
      validations: [{ expression: 'object.number < 5', messageExpression: '"too many: " + string(object.number)' }],
    })
    expect((await server.create('example.com/v1/gadgets', gadget('few', 1))).code).toBe(201)
    const { code, body } = await server.create('example.com/v1/gadgets', gadget('many', 9))
    expect([code, body.message]).toEqual([422, expect.stringContaining('too many: 9')])
  })

  test.each([
    ['Fail', 422],
    ['Ignore', 201],
  ])('of() leaves it to the failure policy %s when the webhook fails', async (failurePolicy, code) => {
    await bind({ failurePolicy, matchConstraints: about(['v2'], ['gadgets'], ['example.com']), validations: [{ expression: 'true' }] })
    fails = true
    const answer = await server.create('example.com/v1/gadgets', gadget('a', 1))
    expect(answer.code).toBe(code)
    if (code === 422)
      expect(answer.body.message).toContain(
        'denied request: failed to configure binding: failed to convert object version: conversion webhook for example.com/v1, Kind=Gadget failed: EOF',
      )
  })

  test('params() shows params in the version that the policy names', async () => {
    await server.create('example.com/v1/gadgets', gadget('limit', 2))
    await bind(
      {
        paramKind: { apiVersion: 'example.com/v2', kind: 'Gadget' },
        matchConstraints: about(['v1'], ['configmaps'], ['']),
        validations: [{ expression: 'object.metadata.name.size() <= params.number' }],
      },
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
    )
    expect((await server.create('configmaps', { metadata: { name: 'ab' } })).code).toBe(201)
    expect((await server.create('configmaps', { metadata: { name: 'abc' } })).code).toBe(422)
  })
})
