import { describe, expect, test } from '@jest/globals'
import { Job, Pod } from '@kubetape/api/kinds'
import { invalidObject } from '@kubetape/apimachinery'
import { patchOf, ReviewBench, Widget, widget } from '../testing/review-bench.ts'
import { denied } from './admission-review.ts'
import { mutatingWebhook, validatingWebhook } from './admission-webhook.ts'

const VALIDATE = '/validate-example-com-v2-widget'
const MUTATE = '/mutate-example-com-v2-widget'

describe('validatingWebhook()', () => {
  test('has the path of controller-runtime, a name that is free, and the operations that have a function', () => {
    const create = () => undefined
    expect(validatingWebhook(Pod, { create })).toMatchObject({
      path: '/validate--v1-pod',
      name: 'validate.v1.pods.core',
      operations: ['CREATE'],
    })
    expect(validatingWebhook(Job, { update: create, delete: create }).operations).toEqual(['UPDATE', 'DELETE'])
    expect(validatingWebhook(Widget, {}, { path: '/x', name: 'a.b.c', operations: ['CONNECT'] })).toMatchObject({
      path: '/x',
      name: 'a.b.c',
      operations: ['CONNECT'],
    })
  })

  test('refuses with the message that a function answers, and lets pass what it has nothing to say about', async () => {
    const bench = new ReviewBench(
      validatingWebhook(Widget, {
        create: ({ spec }) => ((spec.size ?? 0) > 9 ? 'spec.size must be at most 9' : undefined),
        update: (now, old) => (now.spec.size! < old.spec.size! ? 'it may not shrink' : undefined),
        delete: (old) => (old.spec.color === 'gold' ? 'gold stays' : undefined),
      }),
    )
    expect(await bench.admit(VALIDATE, { object: widget({ size: 10 }) })).toEqual({
      uid: 'u1',
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'spec.size must be at most 9' },
    })
    expect(await bench.admit(VALIDATE, { object: widget({ size: 9 }) })).toEqual({ uid: 'u1', allowed: true })
    const shrinking = { operation: 'UPDATE', object: widget({ size: 1 }), oldObject: widget({ size: 2 }) } as const
    expect((await bench.admit(VALIDATE, shrinking)).status?.message).toBe('it may not shrink')
    const gold = { operation: 'DELETE', oldObject: widget({ color: 'gold' }) } as const
    expect((await bench.admit(VALIDATE, gold)).status?.message).toBe('gold stays')
    expect((await bench.admit(VALIDATE, { operation: 'CONNECT' })).allowed).toBe(true)
  })

  test('passes warnings, audit annotations and the request on, whatever is decided', async () => {
    const bench = new ReviewBench(
      validatingWebhook(Widget, {
        create: (_, { warn, audit, request }) => {
          warn('color is deprecated')
          audit('by', request.userInfo.username!)
          return request.dryRun ? 'only for real' : undefined
        },
      }),
    )
    const said = { warnings: ['color is deprecated'], auditAnnotations: { by: 'jane' } }
    expect(await bench.admit(VALIDATE, { object: widget({}) })).toEqual({ uid: 'u1', allowed: true, ...said })
    expect(await bench.admit(VALIDATE, { object: widget({}), dryRun: true })).toMatchObject({ allowed: false, ...said })
  })

  test('refuses with what is thrown: a Status as it is, an error as 500', async () => {
    let thrown: unknown
    const create = (): never => {
      throw thrown
    }
    const bench = new ReviewBench(validatingWebhook(Widget, { create }))
    const answerTo = async (error: unknown) => {
      thrown = error
      return (await bench.admit(VALIDATE, { object: widget({}) })).status
    }
    expect(await answerTo(denied('not now', { code: 429, reason: 'TooManyRequests' }))).toEqual({
      code: 429,
      reason: 'TooManyRequests',
      message: 'not now',
    })
    expect(await answerTo(denied('no', { code: 418 }))).toEqual({ code: 418, message: 'no' })
    expect(await answerTo(invalidObject(Widget, 'one', []))).toMatchObject({ code: 422, reason: 'Invalid', details: { name: 'one' } })
    expect(await answerTo(new TypeError('x is undefined'))).toEqual({
      code: 500,
      reason: 'InternalError',
      message: 'the webhook failed: TypeError: x is undefined',
    })
    expect((await answerTo('text'))?.message).toBe('the webhook failed: text')
  })

  test('refuses reviews of other kinds and of other shapes', async () => {
    const bench = new ReviewBench(validatingWebhook(Widget, { create: () => undefined, update: () => undefined }))
    const foreign = await bench.admit(VALIDATE, { kind: { group: '', version: 'v1', kind: 'Pod' }, object: widget({}) })
    expect(foreign.status).toMatchObject({
      code: 400,
      message: 'Cannot answer the review: it is about /v1, Kind=Pod, this webhook decides about example.com/v2, Kind=Widget',
    })
    const without = await bench.admit(VALIDATE, { operation: 'UPDATE', object: widget({}) })
    expect(without.status?.message).toBe('Cannot answer the review: a request of UPDATE has no oldObject')
  })
})

describe('mutatingWebhook()', () => {
  test('makes a patch of what the function changed, or of what it answers', async () => {
    const bench = new ReviewBench(
      mutatingWebhook(Widget, (one, { request }) => {
        if (request.operation === 'UPDATE') return { ...one, spec: { color: 'blue' } }
        one.spec.size ??= 1
        one.metadata.labels = { 'example.com/seen': 'yes' }
        return undefined
      }),
    )
    const created = await bench.admit(MUTATE, { object: widget({ color: 'red' }) })
    expect([created.allowed, created.patchType]).toEqual([true, 'JSONPatch'])
    expect(patchOf(created)).toEqual([
      { op: 'add', path: '/metadata/labels', value: { 'example.com/seen': 'yes' } },
      { op: 'add', path: '/spec/size', value: 1 },
    ])
    const updated = await bench.admit(MUTATE, { operation: 'UPDATE', object: widget({ color: 'red' }), oldObject: widget({}) })
    expect(patchOf(updated)).toEqual([{ op: 'replace', path: '/spec/color', value: 'blue' }])
  })

  test('says nothing of a patch when nothing changed, and nothing of an object that goes', async () => {
    const bench = new ReviewBench(mutatingWebhook(Widget, (one) => ({ ...one })))
    expect(await bench.admit(MUTATE, { object: widget({ size: 1 }) })).toEqual({ uid: 'u1', allowed: true })
    expect(await bench.admit(MUTATE, { operation: 'DELETE', oldObject: widget({}) })).toEqual({ uid: 'u1', allowed: true })
  })

  test('keeps integers that numbers cannot hold, and carries names of any script', async () => {
    const bench = new ReviewBench(
      mutatingWebhook(Widget, (one) => {
        const { size, color } = one.spec as { size: unknown; color?: string }
        return { ...one, spec: { color: `${color} ✓` }, copied: size }
      }),
    )
    const object = JSON.stringify(widget({ size: 1, color: 'grün' })).replace('"size":1', '"size":9007199254740993')
    const request = { uid: 'u', kind: Widget, operation: 'CREATE', object: 'HERE' }
    const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }).replace('"HERE"', object)
    const { response } = (await bench.send(MUTATE, body)).body as { response: { patch: string } }
    const bytes = Uint8Array.from(atob(response.patch), (one) => one.charCodeAt(0))
    const text = new TextDecoder().decode(bytes)
    expect(text).toContain('{"op":"add","path":"/copied","value":9007199254740993}')
    expect(text).toContain('grün ✓')
  })

  test('refuses when the function throws', async () => {
    const bench = new ReviewBench(
      mutatingWebhook(Widget, () => {
        throw denied('closed on Sundays')
      }),
    )
    expect(await bench.admit(MUTATE, { object: widget({}) })).toEqual({
      uid: 'u1',
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'closed on Sundays' },
    })
  })
})
