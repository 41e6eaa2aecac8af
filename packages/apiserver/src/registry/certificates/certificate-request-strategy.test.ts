import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from '../../admission/certificates.ts'
import { NO_OPINION } from '../../auth/authorizer.ts'
import { TestServer } from '../../testing/test-server.ts'

const REQUESTS = 'certificates.k8s.io/v1/certificatesigningrequests'
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** Lets everybody approve for the signers of one domain, and sign for one. */
const authorizer = {
  authorize: (asked: { verb?: string; name?: string }) => {
    const may = (asked.verb === 'approve' && asked.name === 'example.com/*') || (asked.verb === 'sign' && asked.name === 'example.com/one')
    return may ? ({ verdict: 'allow', reason: '' } as const) : NO_OPINION
  },
}

let server: TestServer
let pem: string
let certificate: string

async function requestFor(name: string): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ALGORITHM })
  return base64(request.toString('pem'))
}

beforeAll(async () => {
  pem = await requestFor('CN=jane')
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  certificate = base64(
    (await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=jane', keys, signingAlgorithm: ALGORITHM })).toString('pem'),
  )
})

beforeEach(async () => {
  const plugins = [certificateApproval(authorizer), certificateSigning(authorizer), certificateSubjectRestriction]
  server = await TestServer.start({ plugins: () => plugins })
})

const make = (spec: object = {}, name = 'r'): ReturnType<TestServer['create']> =>
  server.create(REQUESTS, { metadata: { name }, spec: { request: pem, signerName: 'example.com/one', usages: ['client auth'], ...spec } })
const approval = (conditions: object[]): ReturnType<TestServer['create']> =>
  server.patch(`${REQUESTS}/r/approval`, 'merge', { status: { conditions } })
const APPROVED = { type: 'Approved', status: 'True', reason: 'r', message: 'm' }

describe('certificateRequestStrategy', () => {
  test('notes who asks, whatever the request says', async () => {
    const { body } = await make({ username: 'forged', uid: 'x', groups: ['system:masters'], extra: { a: ['b'] } })
    expect(body['spec']).toEqual({
      request: pem,
      signerName: 'example.com/one',
      usages: ['client auth'],
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    })
  })

  test('is approved once and for all, and then issued once', async () => {
    await make()
    expect((await approval([APPROVED])).body).toMatchObject({
      status: { conditions: [{ ...APPROVED, lastUpdateTime: expect.any(String) }] },
    })
    expect((await approval([])).body.message).toContain('updates may not remove a condition of type "Approved"')
    expect((await approval([APPROVED, { ...APPROVED, type: 'Denied' }])).body.message).toContain('are mutually exclusive')
    const issue = (text: string): ReturnType<TestServer['create']> =>
      server.patch(`${REQUESTS}/r/status`, 'merge', { status: { certificate: text } })
    expect((await issue(base64('text'))).body.message).toContain('must contain at least one CERTIFICATE PEM block')
    expect((await issue(certificate)).code).toBe(200)
    expect((await issue('')).body.message).toContain('updates may not modify existing certificate content')
  })

  test('keeps what belongs to the approval endpoint away from others', async () => {
    await make()
    const { body } = await server.patch(`${REQUESTS}/r/status`, 'merge', { status: { conditions: [APPROVED] } })
    expect(body.message).toContain('updates may not add a condition of type "Approved"')
    await server.patch(`${REQUESTS}/r`, 'merge', { spec: { usages: ['server auth'] }, status: { certificate } })
    expect((await server.get(`${REQUESTS}/r`)).body).toMatchObject({ spec: { usages: ['client auth'] }, status: {} })
  })

  test.each([
    [{ usages: ['magic'] }, 'spec.usages[0]: Unsupported value: "magic": supported values: "any", "cert sign"'],
    [{ usages: [] }, 'spec.usages: Required value'],
    [{ signerName: 'kubernetes.io/legacy-unknown' }, 'the legacy signerName is not allowed via this API version'],
    [{ expirationSeconds: 599 }, 'may not specify a duration less than 600 seconds (10 minutes)'],
    [{ request: '' }, 'spec.request: Invalid value: []byte{}: PEM block type must be CERTIFICATE REQUEST'],
  ])('refuses %j', async (spec, why) => {
    expect((await make(spec)).body.message).toContain(why)
  })
})

describe('certificate admission', () => {
  test('lets only those approve and sign who may do so for the signer', async () => {
    await make({ signerName: 'example.org/two' })
    expect((await approval([APPROVED])).body).toMatchObject({
      code: 403,
      message: expect.stringContaining('user not permitted to approve requests with signerName "example.org/two"'),
    })
    const failed = { status: { conditions: [{ ...APPROVED, type: 'Failed' }] } }
    expect((await server.patch(`${REQUESTS}/r/status`, 'merge', failed)).body).toMatchObject({
      code: 403,
      message: expect.stringContaining('user not permitted to sign requests with signerName "example.org/two"'),
    })
  })

  test('gives nobody a client certificate that may do everything', async () => {
    const request = await requestFor('CN=boss, O=system:masters')
    const { body } = await make({ request, signerName: 'kubernetes.io/kube-apiserver-client' })
    expect(body.message).toContain('use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed')
  })
})
