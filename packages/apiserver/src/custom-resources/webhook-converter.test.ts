import { afterEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../testing/test-server.ts'

interface Review {
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly KubeObject[] }
}

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
const gadget = (name: string, version: string, rest: object = {}): object => ({
  apiVersion: `example.com/${version}`,
  kind: 'Gadget',
  metadata: { name, labels: { a: 'b' } },
  ...rest,
})

/** v1 says `n`, v2 says `number`. */
function converted(object: KubeObject, apiVersion: string): KubeObject {
  const { n, number, ...rest } = object as KubeObject & { n?: number; number?: number }
  const value = n ?? number
  return { ...rest, apiVersion, ...(apiVersion.endsWith('v1') ? { n: value } : { number: value }) }
}

describe('WebhookConverter', () => {
  let stop: (() => void) | undefined
  afterEach(() => stop?.())

  async function started(
    answer: (objects: KubeObject[], review: Review) => object = (convertedObjects) => ({ convertedObjects, result: { status: 'Success' } }),
  ): Promise<{ server: TestServer; asked: Review[] }> {
    const server = await TestServer.start()
    const asked: Review[] = []
    stop = server.serveCustomResources({
      post: (_, seconds, body) => {
        expect(seconds).toBe(30)
        const review = JSON.parse(body) as Review
        asked.push(review)
        const objects = review.request.objects.map((one) => converted(one, review.request.desiredAPIVersion))
        const response = { uid: review.request.uid, ...answer(objects, review) }
        return Promise.resolve(JSON.stringify({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', response }))
      },
    })
    await server.create('apiextensions.k8s.io/v1/customresourcedefinitions', definition)
    await server.clock.advance(0)
    return { server, asked }
  }

  test('writes and reads through any version, asking once for a list', async () => {
    const { server, asked } = await started()
    expect((await server.create('example.com/v2/gadgets', gadget('a', 'v2', { number: 1 }))).body).toMatchObject({ number: 1 })
    await server.create('example.com/v1/gadgets', gadget('b', 'v1', { n: 2 }))
    expect((await server.get('example.com/v1/gadgets/a')).body).toMatchObject({ apiVersion: 'example.com/v1', n: 1 })
    asked.length = 0
    await server.create('example.com/v1/gadgets', gadget('c', 'v1', { n: 3 }))
    const { items } = (await server.list('example.com/v2/gadgets')).body
    expect(items!.map((one) => [one.apiVersion, one['number']])).toEqual([
      ['example.com/v2', 1],
      ['example.com/v2', 2],
      ['example.com/v2', 3],
    ])
    expect(asked.map(({ request }) => request.objects.map(({ metadata }) => metadata!.name))).toEqual([['b', 'c']])
  })

  test('patches and deletes an object in another version than it is stored in', async () => {
    const { server } = await started()
    await server.create('example.com/v1/gadgets', gadget('a', 'v1', { n: 1 }))
    expect((await server.patch('example.com/v2/gadgets/a', 'merge', { number: 5 })).body).toMatchObject({ number: 5 })
    expect((await server.get('example.com/v1/gadgets/a')).body).toMatchObject({ n: 5 })
    expect((await server.delete('example.com/v2/gadgets/a')).code).toBe(200)
    expect((await server.get('example.com/v2/gadgets/a')).code).toBe(404)
  })

  test('converts what is watched, keeps the order, and judges selectors by what is served', async () => {
    const { server } = await started()
    await server.create('example.com/v1/gadgets', gadget('a', 'v1', { n: 1 }))
    const all = server.watch('example.com/v2/gadgets')
    const labelled = server.watch('example.com/v2/gadgets', { labelSelector: 'a=b', resourceVersion: String(server.storage.revision) })
    await server.patch('example.com/v1/gadgets/a', 'merge', { n: 2 })
    await server.patch('example.com/v1/gadgets/a', 'merge', { metadata: { labels: null } })
    await server.clock.advance(1)
    const seen = (events: typeof all.events): unknown[] => events.map(({ type, object }) => [type, object.object['number']])
    expect(seen(all.events)).toEqual([
      ['ADDED', 1],
      ['MODIFIED', 2],
      ['MODIFIED', 2],
    ])
    expect(seen(labelled.events)).toEqual([
      ['MODIFIED', 2],
      ['DELETED', 2],
    ])
    all.stop()
    labelled.stop()
  })

  test('pages through what a selector wants, and asks for no more than it must', async () => {
    const { server, asked } = await started()
    for (let n = 0; n < 1100; n++) {
      const labels = { hit: n === 3 || n > 1096 ? 'yes' : 'no' }
      await server.create(
        'example.com/v1/gadgets',
        gadget(`g${String(n).padStart(4, '0')}`, 'v1', { metadata: { name: `g${n + 1000}`, labels } }),
      )
    }
    asked.length = 0
    const page = async (options: object): Promise<{ names: string[]; token: string | undefined }> => {
      const { items, metadata } = (await server.list('example.com/v2/gadgets', { labelSelector: 'hit=yes', ...options })).body
      const names = items!.map((one) => `${one.metadata!.name} ${String(one.apiVersion)}`)
      return { names, token: (metadata as { continue?: string }).continue }
    }
    const first = await page({ limit: 1 })
    expect([first.names, asked.map(({ request }) => request.objects.length)]).toEqual([['g1003 example.com/v2'], [500]])
    const second = await page({ limit: 2, continue: first.token })
    const third = await page({ limit: 2, continue: second.token })
    expect(asked.map(({ request }) => request.objects.length)).toEqual([500, 4, 596])
    expect([second.names, third]).toEqual([
      ['g2097 example.com/v2', 'g2098 example.com/v2'],
      { names: ['g2099 example.com/v2'], token: undefined },
    ])
  })

  test('keeps metadata but for labels and annotations', async () => {
    const { server } = await started(([one]) => ({
      convertedObjects: [{ ...one, metadata: { ...one!.metadata, labels: { x: 'y' }, generation: 99, finalizers: ['a/b'] } }],
      result: { status: 'Success' },
    }))
    await server.create('example.com/v1/gadgets', gadget('a', 'v1'))
    const { metadata } = (await server.get('example.com/v2/gadgets/a')).body
    expect([metadata!.labels, metadata!.generation, metadata!.finalizers]).toEqual([{ x: 'y' }, 1, undefined])
  })

  test.each([
    [() => ({ convertedObjects: [], result: { status: 'Success' } }), 'returned 0 objects, expected 1'],
    [() => ({ result: { status: 'Failure', message: 'no' } }), 'failed: no'],
    [() => ({ result: { status: 'Failure' } }), "failed: response.result.status was 'Failure', not 'Success'"],
    [(_: unknown, { request }: Review) => ({ uid: `${request.uid}x` }), 'failed: expected response.uid='],
    [
      ([one]: KubeObject[]) => ({ convertedObjects: [{ ...one, kind: 'Other' }], result: { status: 'Success' } }),
      'returned invalid converted object at index 0: invalid kind (expected Gadget, received Other)',
    ],
    [
      ([one]: KubeObject[]) => ({ convertedObjects: [{ ...one, metadata: { name: 'z' } }], result: { status: 'Success' } }),
      'returned invalid converted object at index 0: must have the same name: "a" != "z"',
    ],
    [
      () => {
        throw new Error('Post "https://convert.example.com/?timeout=30s": EOF')
      },
      'failed: Post "https://convert.example.com/?timeout=30s": EOF',
    ],
  ])('refuses an answer that is none (%#)', async (answer, message) => {
    const { server } = await started(answer)
    await server.create('example.com/v1/gadgets', gadget('a', 'v1'))
    const { code, body } = await server.get('example.com/v2/gadgets/a')
    expect([code, body.reason]).toEqual([500, undefined])
    expect(body.message).toContain(`conversion webhook for example.com/v1, Kind=Gadget ${message}`)
  })
})
