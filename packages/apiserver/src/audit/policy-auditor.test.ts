import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { BodyText } from '../registry/body.ts'
import { requestInfo } from '../request/request-info.ts'
import { policyAuditor } from './policy-auditor.ts'
import type { AuditPolicy } from './policy.ts'

const JANE = { name: 'jane', uid: '4', groups: ['dev'], extra: { b: ['2'], a: ['1'] } }
const clock = new VirtualClock()

/** What is logged of one request. */
function audited(policy: AuditPolicy, method: string, path: string) {
  const lines: string[] = []
  const auditor = policyAuditor({ policy, clock, log: { write: (line) => void lines.push(line), close: () => undefined } })
  const request = {
    auditId: 'id',
    user: JANE,
    info: requestInfo(method, path, new URLSearchParams()),
    uri: `${path}?x=1`,
    sourceIps: ['127.0.0.1'],
    userAgent: 'test',
  }
  const record = auditor.received(request)
  return {
    auditor,
    request,
    record,
    events: (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

const MAPS = '/api/v1/namespaces/a/configmaps'
const BODY = { metadata: { name: 'm', managedFields: [{}] }, data: { k: 'v' } }
const at = (level: 'Metadata' | 'Request' | 'RequestResponse', more: object = {}): AuditPolicy => ({ rules: [{ level, ...more }] })

describe('policyAuditor()', () => {
  test('logs who did what, with what came of it, at Metadata', () => {
    const { record, events } = audited(at('Metadata', { omitStages: ['RequestReceived'] }), 'POST', MAPS)
    record!.impersonated({ name: 'bob', groups: ['ops'] })
    record!.requestObject(new BodyText(JSON.stringify(BODY)))
    record!.annotate('authorization.k8s.io/reason', '')
    record!.annotate('authorization.k8s.io/decision', 'allow')
    record!.annotate('authorization.k8s.io/decision', 'forbid')
    record!.responseObject(Buffer.from('{}'))
    record!.completed(201)
    record!.completed(500)
    const now = expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/)
    expect(events()).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'id',
        stage: 'ResponseComplete',
        requestURI: `${MAPS}?x=1`,
        verb: 'create',
        user: { username: 'jane', uid: '4', groups: ['dev'], extra: { a: ['1'], b: ['2'] } },
        impersonatedUser: { username: 'bob', groups: ['ops'] },
        sourceIPs: ['127.0.0.1'],
        userAgent: 'test',
        objectRef: { resource: 'configmaps', namespace: 'a', name: 'm', apiVersion: 'v1' },
        responseStatus: { metadata: {}, code: 201 },
        requestReceivedTimestamp: now,
        stageTimestamp: now,
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
      },
    ])
  })

  test('logs bodies at their levels, without managed fields where those are left out', () => {
    const bodies = (policy: AuditPolicy): unknown => {
      const { record, events } = audited(policy, 'PUT', `${MAPS}/m`)
      record!.requestObject(BODY)
      record!.responseObject(Buffer.from(JSON.stringify({ kind: 'List', items: [BODY] })))
      record!.completed(200)
      const { requestObject, responseObject } = events().at(-1)!
      return { requestObject, responseObject }
    }
    const bare = { metadata: { name: 'm' }, data: { k: 'v' } }
    expect(bodies(at('Request'))).toEqual({ requestObject: BODY, responseObject: undefined })
    expect(bodies(at('RequestResponse', { omitManagedFields: true }))).toEqual({
      requestObject: bare,
      responseObject: { kind: 'List', items: [bare] },
    })
  })

  test('logs each stage of a watch, and what a refusal says', () => {
    const watch = audited(at('Metadata'), 'GET', MAPS)
    watch.record!.started(200)
    watch.record!.completed(200)
    expect(watch.events().map((event) => event['stage'])).toEqual(['RequestReceived', 'ResponseStarted', 'ResponseComplete'])
    const refused = audited(at('Metadata'), 'GET', MAPS)
    refused.record!.answeredStatus({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'no',
      reason: 'Forbidden',
      code: 403,
    })
    refused.record!.completed(403)
    expect(refused.events().at(-1)!['responseStatus']).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'no',
      reason: 'Forbidden',
      code: 403,
    })
  })

  test('says of a client that went that nothing was answered', () => {
    const { record, events } = audited(at('Metadata'), 'GET', MAPS)
    record!.completed(undefined)
    expect(events().at(-1)!['responseStatus']).toMatchObject({ message: 'Connection closed early', code: 200 })
  })

  test('logs refused credentials without a user, and nothing that the policy leaves out', () => {
    const { auditor, request, record, events } = audited(
      { rules: [{ level: 'None', verbs: ['list'] }, { level: 'Metadata' }] },
      'GET',
      MAPS,
    )
    expect(record).toBeUndefined()
    auditor.unauthenticated(request, 'bearer')
    expect(events()).toEqual([])
    auditor.unauthenticated({ ...request, info: requestInfo('POST', MAPS, new URLSearchParams()) }, 'bearer')
    expect(events()).toMatchObject([
      { stage: 'ResponseStarted', user: {}, responseStatus: { code: 401, message: 'Authentication failed, attempted: bearer' } },
    ])
  })
})
