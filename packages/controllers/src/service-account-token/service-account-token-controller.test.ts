import { afterEach, describe, expect, test } from '@jest/globals'
import type { Secret, ServiceAccount } from '@kubetape/api/types/core/v1'
import { Secret as SecretKind, ServiceAccount as ServiceAccountKind } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { plan } from './plan.ts'
import { serviceAccountTokenController } from './service-account-token-controller.ts'

const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8')
const encoded = (value: string): string => Buffer.from(value).toString('base64')
const account = (uid = 'u1', secrets: string[] = []): ServiceAccount => ({
  metadata: { namespace: 'ns', name: 'robot', uid },
  secrets: secrets.map((name) => ({ name })),
})
const secret = (data: Record<string, string> = {}, annotations: Record<string, string> = {}): Secret => ({
  metadata: { namespace: 'ns', name: 't', annotations: { 'kubernetes.io/service-account.name': 'robot', ...annotations } },
  type: 'kubernetes.io/service-account-token',
  data,
})

describe('plan()', () => {
  const whole = { token: 'x', namespace: 'x' }
  const known = { 'kubernetes.io/service-account.uid': 'u1' }

  test.each([
    { title: 'fills an empty one', of: account(), one: secret(), steps: [{ type: 'fill', needsToken: true }] },
    { title: 'leaves a whole one alone', of: account(), one: secret(whole, known), steps: [] },
    {
      title: 'keeps a token that is there',
      of: account(),
      one: secret({ token: 'x' }, known),
      steps: [{ type: 'fill', needsToken: false }],
    },
    { title: 'deletes one without its account', of: undefined, one: secret(whole, known), steps: [{ type: 'delete' }] },
    { title: 'deletes one of a former account', of: account('u2'), one: secret(whole, known), steps: [{ type: 'delete' }] },
  ])('$title', ({ of, one, steps }) => {
    expect(plan({ account: of, secrets: [one], deleted: [], ca: '' })).toMatchObject(steps)
  })

  test('puts the CA right when there is one to give', () => {
    const ask = (ca: string): unknown =>
      plan({ account: account(), secrets: [secret({ ...whole, 'ca.crt': encoded('old') }, known)], deleted: [], ca })
    expect(ask('new')).toMatchObject([{ type: 'fill', needsToken: false }])
    expect(ask('old')).toEqual([])
    expect(ask('')).toEqual([])
  })

  test('has the account forget Secrets that were deleted, and no others', () => {
    const steps = plan({ account: account('u1', ['t', 'gone', 'pull']), secrets: [secret(whole, known)], deleted: ['gone', 't'], ca: '' })
    expect(steps).toMatchObject([{ type: 'forget', names: ['gone'] }])
  })
})

describe('serviceAccountTokenController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('fills a Secret, and deletes it with its account', async () => {
    const sign = (claims: object): string => `signed ${JSON.stringify(claims)}`
    running = await runControllers([serviceAccountTokenController({ sign, ca: 'CA' })])
    const { cluster, clock } = running
    const made = await cluster.create(ServiceAccountKind, {
      metadata: { namespace: 'ns', name: 'robot' },
      secrets: [{ name: 't' }, { name: 'u' }],
    })
    await cluster.create(SecretKind, secret())
    await clock.advance(1)
    const { data, metadata } = await cluster.get(SecretKind, { namespace: 'ns', name: 't' })
    expect([text(data?.['namespace']), text(data?.['ca.crt'])]).toEqual(['ns', 'CA'])
    expect(metadata.annotations).toMatchObject({ 'kubernetes.io/service-account.uid': made.metadata.uid })
    expect(text(data?.['token'])).toBe(
      `signed ${JSON.stringify({
        iss: 'kubernetes/serviceaccount',
        'kubernetes.io/serviceaccount/namespace': 'ns',
        'kubernetes.io/serviceaccount/secret.name': 't',
        'kubernetes.io/serviceaccount/service-account.name': 'robot',
        'kubernetes.io/serviceaccount/service-account.uid': made.metadata.uid,
        sub: 'system:serviceaccount:ns:robot',
      })}`,
    )
    await cluster.create(SecretKind, { ...secret(), metadata: { ...secret().metadata, name: 'u' } })
    await clock.advance(1)
    await cluster.delete(SecretKind, { namespace: 'ns', name: 'u' })
    await clock.advance(1)
    expect((await cluster.get(ServiceAccountKind, { namespace: 'ns', name: 'robot' })).secrets).toEqual([{ name: 't' }])
    await cluster.delete(ServiceAccountKind, { namespace: 'ns', name: 'robot' })
    await clock.advance(1)
    await expect(cluster.get(SecretKind, { namespace: 'ns', name: 't' })).rejects.toThrow('not found')
  })
})
