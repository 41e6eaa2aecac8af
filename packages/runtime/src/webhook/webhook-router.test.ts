import { describe, expect, test } from '@jest/globals'
import { OldWidget, ReviewBench, Widget, widget } from '../testing/review-bench.ts'
import { denied } from './admission-review.ts'
import { mutatingWebhook, validatingWebhook } from './admission-webhook.ts'
import { conversionWebhook } from './conversion-webhook.ts'
import { REVIEW_BYTES_MAX } from './webhook-router.ts'

const PATH = '/validate-example-com-v2-widget'
const guard = validatingWebhook(Widget, { create: () => undefined })
const same = { toHub: (one: OldWidget) => one as unknown as Widget, fromHub: (one: Widget) => one as unknown as OldWidget }
const conversion = conversionWebhook({ hub: Widget, versions: [{ kind: OldWidget, ...same }] })

describe('WebhookRouter', () => {
  test.each([
    ['a path that is nobody’s', 404, 'no webhook is at /other', { path: '/other' }],
    ['another method', 405, 'Cannot answer a GET', { method: 'GET' }],
    ['another content type', 415, 'its content type is "text/plain", not application/json', { contentType: 'text/plain' }],
    ['no content type', 415, 'its content type is ""', { contentType: '' }],
    ['a body that is too long', 413, `it is longer than ${REVIEW_BYTES_MAX} bytes`, { body: undefined }],
    ['an empty body', 400, 'the body is empty', { body: '' }],
    ['a body that is no JSON', 400, 'the body is no JSON', { body: '{' }],
    ['null', 400, 'the body is no AdmissionReview', { body: 'null' }],
    ['another kind', 400, 'the body is no AdmissionReview', { body: '{"kind":"ConversionReview"}' }],
    ['another version', 400, 'its apiVersion is "admission.k8s.io/v1beta1"', { body: review({}, 'admission.k8s.io/v1beta1') }],
    ['no request', 400, 'the AdmissionReview has no request', { body: review(undefined) }],
    ['no uid', 400, 'the request has no uid', { body: review({}) }],
    ['no operation', 400, '"LOOK" is no operation', { body: review({ uid: 'u', operation: 'LOOK' }) }],
    ['no kind', 400, 'the request has no kind', { body: review({ uid: 'u', operation: 'CREATE' }) }],
    [
      'a conversion of no objects',
      400,
      'the objects of the request are no list',
      { path: '/convert', body: conversionOf({ objects: [1] }) },
    ],
    ['a conversion to nowhere', 400, 'no desiredAPIVersion', { path: '/convert', body: conversionOf({ desiredAPIVersion: '' }) }],
  ])('refuses %s', async (_, code, message, more) => {
    const bench = new ReviewBench(guard, conversion)
    const answer = await bench.send(PATH, '{}', more)
    expect(answer).toMatchObject({ code, body: { kind: 'Status', status: 'Failure', code } })
    expect((answer.body as { message: string }).message).toContain(message)
  })

  test('takes a content type with parameters', async () => {
    const answer = await new ReviewBench(guard).admit(PATH, { object: widget({}) }, { contentType: 'Application/JSON; charset=utf-8' })
    expect(answer.allowed).toBe(true)
  })

  test('logs each decision with what a log is searched for', async () => {
    const bench = new ReviewBench(
      validatingWebhook(Widget, {
        create: ({ spec }, { log }) => {
          if (spec.size === 1) throw new Error('broken')
          if (spec.size === 2) throw denied('no twos')
          log.info('seen')
        },
      }),
      mutatingWebhook(Widget, (one) => void (one.spec.color = 'red')),
    )
    for (const size of [1, 2, 3]) await bench.admit(PATH, { object: widget({ size }) })
    await bench.admit('/mutate-example-com-v2-widget', { object: widget({}), dryRun: true })
    const of = {
      webhook: PATH,
      uid: 'u1',
      operation: 'CREATE',
      kind: 'Widget',
      namespace: 'default',
      name: 'one',
      user: 'jane',
      durationMs: 0,
    }
    expect(bench.lines).toEqual([
      {
        ...of,
        level: 'error',
        message: 'a webhook failed',
        why: 'the webhook failed: Error: broken',
        allowed: false,
        code: 500,
        reason: 'InternalError',
        error: expect.stringContaining('Error: broken\n'),
      },
      { ...of, level: 'info', message: 'denied', why: 'no twos', allowed: false, code: 403, reason: 'Forbidden' },
      { level: 'info', message: 'seen', webhook: PATH, uid: 'u1' },
      { ...of, level: 'debug', message: 'allowed', allowed: true },
      {
        ...of,
        level: 'debug',
        message: 'allowed',
        allowed: true,
        webhook: '/mutate-example-com-v2-widget',
        dryRun: true,
        patched: ['/spec/color'],
      },
    ])
  })

  test('measures under controller-runtime’s names', async () => {
    let finish: () => void = () => undefined
    const bench = new ReviewBench(
      validatingWebhook(Widget, { create: () => new Promise<undefined>((resolve) => (finish = () => resolve(undefined))) }),
    )
    const asked = bench.admit(PATH, { object: widget({}) })
    await bench.clock.advance(250)
    expect(bench.gauges.get(PATH)?.()).toBe(1)
    finish()
    await asked
    expect(bench.gauges.get(PATH)?.()).toBe(0)
    await bench.send(PATH, '')
    await bench.send('/other', '')
    expect(bench.measured).toEqual([
      `controller_runtime_webhook_requests_total ${PATH} 200 1`,
      `controller_runtime_webhook_latency_seconds ${PATH} 0.25`,
      `controller_runtime_webhook_requests_total ${PATH} 400 1`,
      `controller_runtime_webhook_latency_seconds ${PATH} 0`,
    ])
  })

  test('refuses two webhooks for the same', () => {
    expect(() => new ReviewBench(guard, guard)).toThrow(`Cannot serve two webhooks at ${PATH}: give one another path`)
    expect(() => new ReviewBench(conversion, conversion)).toThrow('Cannot serve two conversions of Widget.example.com')
    expect(() => new ReviewBench(validatingWebhook(Widget, {}, { path: 'x' }))).toThrow('paths begin with a slash')
  })
})

function review(request: unknown, apiVersion = 'admission.k8s.io/v1'): string {
  return JSON.stringify({ apiVersion, kind: 'AdmissionReview', request })
}

function conversionOf(more: object): string {
  const request = { uid: 'u', desiredAPIVersion: 'example.com/v1', objects: [], ...more }
  return JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request })
}
