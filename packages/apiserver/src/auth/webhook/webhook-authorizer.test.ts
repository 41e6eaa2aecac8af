import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { Decision, ResourceAttributes } from '../authorizer.ts'
import type { ReviewAnswer } from './review-transport.ts'
import { WebhookAuthorizer, type WebhookAuthorizerOptions } from './webhook-authorizer.ts'

const ASKED: ResourceAttributes = {
  user: { name: 'jane', groups: ['dev'] },
  isResource: true,
  verb: 'list',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'a',
  name: '',
}

const status = (fields: object): ReviewAnswer => ({ code: 201, body: JSON.stringify({ status: fields }) })

/** A webhook that gives these answers in turn, the last one again and again. */
function webhook(
  answers: readonly (ReviewAnswer | Error)[],
  options: Partial<WebhookAuthorizerOptions> = {},
  gates: readonly string[] = [],
): { ask: (more?: Partial<ResourceAttributes>) => Promise<Decision>; clock: VirtualClock; sent: Record<string, unknown>[] } {
  const clock = new VirtualClock()
  const sent: Record<string, unknown>[] = []
  const transport = (body: string): Promise<ReviewAnswer> => {
    sent.push(JSON.parse(body) as Record<string, unknown>)
    const answer = answers[Math.min(sent.length, answers.length) - 1]!
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  const authorizer = new WebhookAuthorizer({ transport, ...options }, { clock, gates: { enabled: (name) => gates.includes(name) } })
  const ask = async (more: Partial<ResourceAttributes> = {}): Promise<Decision> => {
    let decision: Decision | undefined
    const asking = Promise.resolve(authorizer.authorize({ ...ASKED, ...more })).then((one) => (decision = one))
    await clock.advanceUntil(() => decision !== undefined)
    return asking
  }
  return { ask, clock, sent }
}

describe('WebhookAuthorizer', () => {
  test('takes no permission from an answer that is none', async () => {
    const { ask } = webhook([status({ allowed: 'false' })])
    expect(await ask()).toEqual({
      verdict: 'no-opinion',
      reason: '',
      error: 'json: cannot unmarshal string into Go struct field status.allowed of type bool',
    })
  })

  test('asks with a SubjectAccessReview, selectors and all', async () => {
    const { ask, sent } = webhook([status({ allowed: true, reason: 'because' })])
    expect(await ask({ fieldSelector: [{ key: 'spec.nodeName', operator: 'In', values: ['n'] }] })).toEqual({
      verdict: 'allow',
      reason: 'because',
    })
    expect(sent).toEqual([
      {
        kind: 'SubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: { creationTimestamp: null },
        spec: {
          resourceAttributes: {
            namespace: 'a',
            verb: 'list',
            version: 'v1',
            resource: 'pods',
            fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n'] }] },
          },
          user: 'jane',
          groups: ['dev'],
        },
        status: { allowed: false },
      },
    ])
  })

  test('calls the groups as v1beta1 does', async () => {
    const { ask, sent } = webhook([status({ allowed: false })], { version: 'v1beta1' })
    await ask()
    expect(sent[0]).toMatchObject({ apiVersion: 'authorization.k8s.io/v1beta1', spec: { group: ['dev'] } })
  })

  test.each<[object, Decision['verdict']]>([
    [{ allowed: true }, 'allow'],
    [{ allowed: false }, 'no-opinion'],
    [{ allowed: false, denied: true }, 'deny'],
  ])('takes %j for %s', async (fields, verdict) => {
    expect((await webhook([status(fields)]).ask()).verdict).toBe(verdict)
  })

  test('remembers permissions longer than refusals, and asks again then', async () => {
    const allowed = webhook([status({ allowed: true })], { authorizedTtlMs: 1000, unauthorizedTtlMs: 100 })
    await allowed.ask()
    await allowed.clock.advance(999)
    await allowed.ask()
    expect(allowed.sent).toHaveLength(1)
    await allowed.ask({ verb: 'get' })
    await allowed.clock.advance(1)
    await allowed.ask()
    expect(allowed.sent).toHaveLength(3)
    const refused = webhook([status({ allowed: false })], { authorizedTtlMs: 1000, unauthorizedTtlMs: 100 })
    await refused.ask()
    await refused.clock.advance(100)
    await refused.ask()
    expect(refused.sent).toHaveLength(2)
  })

  test('tries again where that may help, and then says what failed', async () => {
    const broken = webhook([{ code: 500, body: '' }, new Error('connection reset'), status({ allowed: true })])
    expect((await broken.ask()).verdict).toBe('allow')
    expect(broken.sent).toHaveLength(3)
    const down = webhook([new Error('connection refused')])
    expect(await down.ask()).toEqual({ verdict: 'no-opinion', reason: '', error: 'connection refused' })
    expect(down.sent).toHaveLength(5)
    const refusing = webhook([{ code: 403, body: '' }], { failurePolicy: 'Deny' })
    expect(await refusing.ask()).toEqual({ verdict: 'deny', reason: '', error: 'webhook answered with status 403' })
    expect(refusing.sent).toHaveLength(1)
  })

  test('asks only about what all conditions hold for', async () => {
    const { ask, sent } = webhook([status({ allowed: true })], {
      matchConditions: [
        "has(request.resourceAttributes) && request.resourceAttributes.namespace == 'a'",
        "!('system:nodes' in request.groups)",
      ],
    })
    expect((await ask({ namespace: 'b' })).verdict).toBe('no-opinion')
    expect((await ask({ user: { name: 'n', groups: ['system:nodes'] } })).verdict).toBe('no-opinion')
    expect(sent).toHaveLength(0)
    expect((await ask()).verdict).toBe('allow')
  })

  test('follows the failure policy where a condition cannot be told', async () => {
    const { ask, sent } = webhook([status({ allowed: true })], {
      matchConditions: ["request.nonResourceAttributes.path == '/a'"],
      failurePolicy: 'Deny',
    })
    expect(await ask()).toMatchObject({
      verdict: 'deny',
      error: expect.stringContaining('resulted in error: no such key: nonResourceAttributes'),
    })
    expect(sent).toHaveLength(0)
  })
})
