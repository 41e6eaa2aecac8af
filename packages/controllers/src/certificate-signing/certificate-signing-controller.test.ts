import { afterEach, describe, expect, test } from '@jest/globals'
import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'
import { CertificateSigningRequest as Kind } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { type CertificateOrder, certificateSigningController } from './certificate-signing-controller.ts'
import { type Issued, waitsForCertificate } from './plan.ts'

const CLIENT = 'kubernetes.io/kube-apiserver-client'
const requestOf = (conditions: string[], signerName = CLIENT, certificate?: string): CertificateSigningRequest => ({
  metadata: { name: 'r' },
  spec: { request: btoa('PEM'), signerName, usages: ['client auth'], expirationSeconds: 600 },
  status: {
    conditions: conditions.map((type) => ({ type, status: 'True' })),
    ...(certificate === undefined ? {} : { certificate }),
  },
})

describe('waitsForCertificate()', () => {
  test.each([
    [requestOf(['Approved']), true],
    [requestOf([]), false],
    [requestOf(['Approved', 'Failed']), false],
    [requestOf(['Denied']), false],
    [requestOf(['Approved'], 'example.com/own'), false],
    [requestOf(['Approved'], CLIENT, 'YQ=='), false],
  ])('of %j is %s', (request, waits) => {
    expect(waitsForCertificate(request)).toBe(waits)
  })
})

describe('certificateSigningController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  async function answerOf(answers: (Issued | undefined)[]): Promise<{ status: unknown; orders: CertificateOrder[] }> {
    const orders: CertificateOrder[] = []
    const issue = (order: CertificateOrder): Issued | undefined => {
      orders.push(order)
      return answers.shift()
    }
    running = await runControllers([certificateSigningController({ issue })])
    const { cluster, clock } = running
    await cluster.create(Kind, requestOf(['Approved']))
    await clock.advance(100)
    return { status: (await cluster.get(Kind, { name: 'r' })).status, orders }
  }

  test('writes the certificate when it is ready', async () => {
    const { status, orders } = await answerOf([undefined, { certificate: 'CERT' }])
    expect(status).toMatchObject({ certificate: btoa('CERT') })
    expect(orders).toMatchObject([{ request: 'PEM', usages: ['client auth'], expirationSeconds: 600 }, {}])
  })

  test('says why there is none, and does not try again', async () => {
    const { status, orders } = await answerOf([{ failure: 'no' }])
    expect(status).toMatchObject({
      conditions: [{ type: 'Approved' }, { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: 'no' }],
    })
    expect(orders).toHaveLength(1)
  })
})
