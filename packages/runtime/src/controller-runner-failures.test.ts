import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import { failure } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import { exponentialRateLimiter } from '@kubetape/workqueue'
import { controllerFor, type Controller } from './controller.ts'
import type { ManagerOptions } from './manager-options.ts'
import { noJournal } from './run-journal.ts'
import { type ManagerBench, managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const fail = (message = 'boom') => {
  throw new Error(message)
}

interface Line {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly error: string
  readonly [field: string]: unknown
}

/** Starts the controllers with a log that remembers warnings and errors. */
async function logged(bench: ManagerBench, controllers: Controller[], options: Partial<ManagerOptions> = {}): Promise<Line[]> {
  const lines: Line[] = []
  const note =
    (given: object, level: Line['level']) =>
    (message: string, fields: object = {}) =>
      void lines.push({ ...given, level, message, ...fields } as Line)
  const log = (given: object) => ({ debug: () => undefined, info: () => undefined, warn: note(given, 'warn'), error: note(given, 'error') })
  await bench.start(controllers, { log, ...options })
  return lines
}

/** When the runs of a controller that always fails begin, in milliseconds from the first one. */
async function failingRuns(bench: ManagerBench, controller: Controller, forMs: number): Promise<number[]> {
  await bench.start([controller])
  await bench.put('a/one')
  await bench.clock.advance(forMs)
  const starts = bench.runs.map(({ startedAtMs }) => startedAtMs)
  return starts.map((ms) => ms - starts[0]!)
}

describe('the rateLimiter of a controller', () => {
  test('decides how long a failed key waits', async () => {
    const rateLimiter = () => exponentialRateLimiter<string>({ baseMs: 1000, maxMs: 3000 })
    const controller = controllerFor(ConfigMap)
      .with({ rateLimiter })
      .reconcile(() => fail())
    expect(await failingRuns(parts(), controller, 10_000)).toEqual([0, 1000, 3000, 6000, 9000])
  })

  test('is from 5 ms on unless told otherwise', async () => {
    const controller = controllerFor(ConfigMap).reconcile(() => fail())
    expect(await failingRuns(parts(), controller, 80)).toEqual([0, 5, 15, 35, 75])
  })

  test('is made anew for each manager, with its clock', async () => {
    const bench = parts()
    const clocks: unknown[] = []
    const controller = controllerFor(ConfigMap)
      .with({ rateLimiter: (options) => (clocks.push(options.clock), exponentialRateLimiter()) })
      .reconcile(() => undefined)
    await bench.start([controller])
    await bench.start([controller])
    expect(clocks).toEqual([bench.clock, bench.clock])
  })
})

describe('a worker', () => {
  test.each(['begin', 'request', 'answer', 'end'])('lives on when the journal throws at `%s`, and tries the key again', async (broken) => {
    const bench = parts()
    let failures = 2
    const done: string[] = []
    const journal = { ...noJournal, [broken]: () => (failures-- > 0 ? fail('disk on fire') : undefined) }
    const controller = controllerFor(ConfigMap).reconcile(async ({ key }, { client }) => {
      await client.list(Secret)
      done.push(key)
    })
    const lines = await logged(bench, [controller], { journal })
    await bench.put('a/one')
    await bench.clock.advance(1000)
    expect(done.at(-1)).toBe('a/one')
    expect(failures).toBeLessThan(0)
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      expect(line).toMatchObject({ controller: 'configmap', key: 'a/one' })
      expect(line.error).toMatch(/^Error: disk on fire\n +at /)
    }
  })

  test('lives on when the logging throws, and counts its runs right', async () => {
    const bench = parts()
    let failures = 3
    const log = () => ({ debug: () => undefined, info: () => undefined, warn: () => fail('no disk'), error: () => fail('no disk') })
    const delayMs = () => fail()
    const controller = controllerFor(ConfigMap, { delayMs }).reconcile(() => (failures-- > 0 ? fail() : undefined))
    const manager = await bench.start([controller], { log })
    await bench.put('a/one')
    await bench.clock.advance(1000)
    expect([failures, manager.idle, bench.ends.at(-1)?.outcome]).toEqual([-1, true, 'success'])
  })

  test('logs a failed run with the stack, but a refusal of the API by its message', async () => {
    const bench = parts()
    const thrown = [failure(403, 'Forbidden', 'no'), new RequestFailed('lost'), new TypeError('oops'), 'text']
    const lines = await logged(bench, [
      controllerFor(ConfigMap).reconcile(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever is thrown must be logged
        if (thrown.length > 0) throw thrown.shift()
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(1000)
    expect(lines.map(({ level, error }) => [level, error])).toEqual([
      ['warn', 'no'],
      ['warn', expect.stringMatching(/^RequestFailed: lost\n +at /)],
      ['warn', expect.stringMatching(/^TypeError: oops\n +at /)],
      ['warn', 'text'],
    ])
    expect(bench.ends.map(({ error }) => error)).toEqual(['no', 'lost', 'oops', 'text', undefined])
  })
})

describe('a watch', () => {
  test.each([
    ['predicate', { predicate: () => fail() }],
    ['delay', { delayMs: () => fail() }],
  ])('leads to a run of the object itself when its %s throws', async (what, options) => {
    const bench = parts()
    const lines = await logged(bench, [controllerFor(ConfigMap, options).reconcile(() => undefined)])
    await bench.put('a/one')
    await bench.put('a/one', { n: '2' })
    expect(bench.runs.map(({ key }) => key)).toEqual(['a/one', 'a/one'])
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      message: `the ${what} of a watch failed`,
      controller: 'configmap',
      key: 'a/one',
      resource: 'configmaps',
      error: expect.stringMatching(/^Error: boom\n +at /),
    })
  })

  test('leads to the default keys when its mapping throws: its own for the kind of the controller, none for others', async () => {
    const bench = parts()
    const lines = await logged(bench, [
      controllerFor(ConfigMap, { predicate: () => false })
        .watches(ConfigMap, () => fail())
        .watches(Secret, () => fail())
        .reconcile(() => undefined),
    ])
    void bench.api.create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name: 's' } })
    await bench.clock.advance(0)
    await bench.put('a/one')
    await bench.put('a/one', { n: '2' })
    expect(bench.runs.map(({ key }) => key)).toEqual(['a/one', 'a/one'])
    expect(lines.map(({ message, controller, key, resource }) => [message, controller, key, resource])).toEqual([
      ['the mapping of a watch failed', 'configmap', 'a/s', 'secrets'],
      ['the mapping of a watch failed', 'configmap', 'a/one', 'configmaps'],
      ['the mapping of a watch failed', 'configmap', 'a/one', 'configmaps'],
    ])
  })

  test('delivers the change when an index function throws', async () => {
    const bench = parts()
    const found: number[] = []
    const lines = await logged(bench, [
      controllerFor(ConfigMap)
        .index(ConfigMap, 'colour', ({ data }) => (data?.['colour'] === 'bad' ? fail() : [data?.['colour'] ?? '']))
        .reconcile((_request, { lister }) => void found.push(lister(ConfigMap).byIndex('colour', 'red').length)),
    ])
    await bench.put('a/one', { colour: 'red' })
    await bench.put('a/one', { colour: 'bad' })
    await bench.put('a/one', { colour: 'red' })
    expect(found).toEqual([1, 0, 1])
    expect(lines[0]).toMatchObject({ level: 'error', controller: 'configmap', key: 'a/one', resource: 'configmaps', index: 'colour' })
  })
})
