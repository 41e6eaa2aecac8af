import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { context, type Context, type ContextManager, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import { RequestFailed } from '@kubetape/client'
import { controllerFor } from './controller.ts'
import type { Reconcile } from './reconcile.ts'
import { managerBench } from './testing/manager-bench.ts'
import { RecordingTracer } from './testing/recording-tracer.ts'

const parts = managerBench()

/** What SDKs for Node.js install: the active context follows promises. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  readonly active = (): Context => this.#storage.getStore() ?? ROOT_CONTEXT
  readonly with = ((active: Context, call: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) =>
    this.#storage.run(active, () => call.apply(self, args))) as ContextManager['with']
  readonly bind = <T>(_context: Context, target: T): T => target
  readonly enable = (): this => this
  readonly disable = (): this => this
}

beforeAll(() => void context.setGlobalContextManager(new AsyncContexts()))
afterAll(() => context.disable())

async function traced(reconcile: Reconcile) {
  const bench = parts()
  const tracer = new RecordingTracer()
  await bench.start([controllerFor(ConfigMap).reconcile(reconcile)], { tracer })
  return { bench, tracer }
}

const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name } })

describe('RunTrace', () => {
  test('makes a span of each run, with what led to it, and one below for each request', async () => {
    const { bench, tracer } = await traced(async (_request, { client }) => {
      await Promise.resolve()
      tracer.startSpan('mine').end()
      await client.create(Secret, secret('made'))
      return { requeueAfterMs: 5000 }
    })
    await bench.put('a/one')
    const [run, mine, request] = tracer.spans
    expect(run).toEqual({
      name: 'reconcile configmap',
      parent: undefined,
      kind: undefined,
      attributes: {
        'kubetape.controller': 'configmap',
        'kubetape.key': 'a/one',
        'kubetape.run': bench.runs[0]!.id,
        'kubetape.attempt': 1,
        'kubetape.outcome': 'success',
        'kubetape.requeue_after_ms': 5000,
      },
      events: [
        {
          name: 'trigger',
          attributes: {
            'kubetape.trigger.cause': 'change',
            'kubetape.trigger.change': 'added',
            'kubetape.trigger.resource': 'configmaps',
            'kubetape.trigger.key': 'a/one',
            'kubetape.trigger.resourceVersion': '1',
          },
        },
      ],
      exceptions: [],
      status: undefined,
      ended: true,
    })
    expect([mine!.name, mine!.parent]).toEqual(['mine', 'reconcile configmap'])
    expect(request).toMatchObject({
      name: 'create secrets',
      parent: 'reconcile configmap',
      kind: SpanKind.CLIENT,
      attributes: {
        'kubetape.verb': 'create',
        'kubetape.resource': 'secrets',
        'kubetape.sequence': 1,
        'kubetape.name': 'made',
        'k8s.namespace.name': 'a',
        'kubetape.resource_version': '2',
      },
      ended: true,
    })
  })

  test('records errors where they happened', async () => {
    const { bench, tracer } = await traced(async ({ namespace, name }, { client }) => {
      if (name === 'refused') await client.get(Secret, { namespace, name: 'none' })
      if (name === 'lost') await client.create(Secret, secret('lost'))
      throw new TypeError('a bug')
    })
    const failed = async (key: string) => {
      tracer.spans.length = 0
      const putting = bench.put(key).catch(() => undefined)
      await putting
      return tracer.spans.slice(0, 2)
    }
    const [refused, get] = await failed('a/refused')
    const status = { code: SpanStatusCode.ERROR, message: 'secrets "none" not found' }
    expect(get).toMatchObject({
      attributes: { 'http.response.status_code': 404, 'error.type': 'NotFound' },
      status,
      exceptions: [],
      ended: true,
    })
    expect(refused).toMatchObject({ attributes: { 'kubetape.outcome': 'error' }, status, exceptions: ['secrets "none" not found'] })
    const [bug] = await failed('a/bug')
    expect(bug).toMatchObject({ exceptions: ['a bug'], status: { code: SpanStatusCode.ERROR, message: 'a bug' }, ended: true })
    bench.api.before = ({ resource }) => (resource === 'secrets' ? Promise.reject(new RequestFailed('no answer')) : undefined)
    const [lost, create] = await failed('a/lost')
    expect(create).toMatchObject({ exceptions: ['no answer'], status: { code: SpanStatusCode.ERROR, message: 'no answer' } })
    expect(lost).toMatchObject({ exceptions: ['no answer'] })
  })

  test('counts attempts', async () => {
    const { bench, tracer } = await traced(() => {
      throw new Error('again')
    })
    await bench.put('a/one')
    await bench.clock.advance(5)
    expect(tracer.spans.map(({ attributes }) => attributes['kubetape.attempt'])).toEqual([1, 2])
    expect(tracer.spans[1]!.events.map(({ attributes }) => attributes)).toEqual([{ 'kubetape.trigger.cause': 'retry' }])
  })

  test('uses the SDK of the process, also one that is installed later', async () => {
    const bench = parts()
    const tracer = new RecordingTracer()
    await bench.start([controllerFor(ConfigMap).reconcile(() => undefined)])
    await bench.put('a/before')
    const asked: string[] = []
    const getTracer = (name: string): Tracer => {
      asked.push(name)
      return tracer
    }
    trace.setGlobalTracerProvider({ getTracer })
    await bench.put('a/after')
    trace.disable()
    expect(tracer.spans.map(({ attributes }) => attributes['kubetape.key'])).toEqual(['a/after'])
    expect(asked).toEqual(['@kubetape/runtime'])
  })
})
