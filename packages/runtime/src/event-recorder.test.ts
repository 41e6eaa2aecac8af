import { beforeEach, describe, expect, test } from '@jest/globals'
import { Event as EventKind } from '@kubetape/api/kinds'
import type { Event } from '@kubetape/api/types/core/v1'
import { failure } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { coreEvents, seriesEvents } from './event-form.ts'
import { type EventIntent, EventRecorder, QUEUE_MAX } from './event-recorder.ts'
import { FakeApi } from './testing/fake-api.ts'

let api: FakeApi
let clock: VirtualClock
let problems: [string, Record<string, unknown>][]
let recorder: EventRecorder

beforeEach(() => {
  api = new FakeApi()
  clock = new VirtualClock({ startMs: Date.parse('2024-08-13T10:00:00Z') })
  problems = []
  recorder = new EventRecorder(api, clock, coreEvents, (message, fields) => problems.push([message, fields]))
})

const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'a', name: 'j', uid: 'u1', resourceVersion: '7' } }
let sequence = 0
const intent = (more: Partial<EventIntent> = {}): EventIntent => ({
  regarding: job,
  type: 'Normal',
  reason: 'Created',
  message: 'Created pod: x',
  component: 'job-controller',
  cause: { run: 'r', sequence: ++sequence },
  ...more,
})

async function events(namespace = 'a'): Promise<Event[]> {
  return (await api.list(EventKind, { namespace })).items
}

describe('EventRecorder', () => {
  test('writes an event about an object, with its cause', async () => {
    recorder.record(intent({ cause: { run: 'r', sequence: 3 } }))
    await recorder.flush()
    expect(api.requests[0]).toMatchObject({ verb: 'create', resource: 'events', cause: { run: 'r', sequence: 3 } })
    expect(await events()).toMatchObject([
      {
        metadata: { namespace: 'a', name: expect.stringMatching(/^j\.17eb4[0-9a-f]{11}$/) },
        involvedObject: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'a', name: 'j', uid: 'u1', resourceVersion: '7' },
        reason: 'Created',
        message: 'Created pod: x',
        type: 'Normal',
        count: 1,
        source: { component: 'job-controller' },
        reportingComponent: 'job-controller',
        reportingInstance: '',
        firstTimestamp: '2024-08-13T10:00:00Z',
        lastTimestamp: '2024-08-13T10:00:00Z',
      },
    ])
  })

  test('puts events about cluster-scoped objects into the namespace default', async () => {
    recorder.record(intent({ regarding: { kind: 'Node', apiVersion: 'v1', metadata: { name: 'n' } } }))
    await recorder.flush()
    expect((await events('default')).map(({ involvedObject }) => involvedObject)).toEqual([{ apiVersion: 'v1', kind: 'Node', name: 'n' }])
  })

  test('counts the same event up, each with the cause of its own', async () => {
    for (let n = 0; n < 3; n++) {
      recorder.record(intent({ cause: { run: 'r', sequence: 10 + n } }))
      await recorder.flush()
      await clock.advance(60_000)
    }
    expect(await events()).toMatchObject([{ count: 3, firstTimestamp: '2024-08-13T10:00:00Z', lastTimestamp: '2024-08-13T10:02:00Z' }])
    expect(api.requests.filter(({ verb }) => verb !== 'list').map(({ verb, cause }) => [verb, cause?.sequence])).toEqual([
      ['create', 10],
      ['patch', 11],
      ['patch', 12],
    ])
  })

  test.each([
    ['reason', { reason: 'Other' }],
    ['message', { message: 'other' }],
    ['type', { type: 'Warning' as const }],
    ['component', { component: 'other' }],
    ['object', { regarding: { ...job, metadata: { ...job.metadata, uid: 'u2' } } }],
  ])('makes another event where the %s differs, under another name', async (_what, more) => {
    recorder.record(intent())
    recorder.record(intent(more))
    await recorder.flush()
    const made = await events()
    expect(made).toHaveLength(2)
    expect(new Set(made.map(({ metadata }) => metadata.name)).size).toBe(2)
  })

  test('begins a new count after ten minutes without the event', async () => {
    recorder.record(intent())
    await recorder.flush()
    await clock.advance(600_000)
    recorder.record(intent())
    await recorder.flush()
    expect((await events()).map(({ count }) => count)).toEqual([1, 1])
  })

  test('makes a new event where the counted one is gone', async () => {
    recorder.record(intent())
    await recorder.flush()
    await api.delete(EventKind, { namespace: 'a', name: (await events())[0]!.metadata.name! })
    recorder.record(intent())
    await recorder.flush()
    expect(await events()).toMatchObject([{ count: 1 }])
    expect(problems).toEqual([])
  })

  test('gives an event up that is refused, says so, and goes on with the next', async () => {
    let refusals = 1
    api.before = ({ verb }) => {
      if (verb === 'create' && refusals-- > 0) throw failure(403, 'Forbidden', 'namespace is being terminated')
    }
    recorder.record(intent({ reason: 'First' }))
    recorder.record(intent({ reason: 'Second' }))
    await recorder.flush()
    expect((await events()).map(({ reason }) => reason)).toEqual(['Second'])
    expect(problems).toEqual([['an event could not be written', { reason: 'First', error: 'namespace is being terminated' }]])
  })

  test('makes no second event when counting up fails for another reason than that it is gone', async () => {
    recorder.record(intent())
    await recorder.flush()
    api.before = ({ verb }) => {
      if (verb === 'patch') throw failure(500, 'InternalError', 'no')
    }
    recorder.record(intent())
    await recorder.flush()
    expect(await events()).toHaveLength(1)
    expect(problems).toHaveLength(1)
  })

  test('writes one after the other, holds nobody up, and drops what is too much', async () => {
    let open = 0
    let most = 0
    let go: () => void = () => undefined
    const started = new Promise<void>((resolve) => (go = resolve))
    api.before = async () => {
      most = Math.max(most, ++open)
      await started
      open--
    }
    for (let n = 0; n < QUEUE_MAX + 5; n++) recorder.record(intent({ component: `c${n}` }))
    go()
    await recorder.flush()
    expect(await events()).toHaveLength(QUEUE_MAX)
    expect(most).toBe(1)
    expect(problems).toEqual([['events were dropped: too many at once', { dropped: 5 }]])
    recorder.record(intent({ component: 'after' }))
    await recorder.flush()
    expect(await events()).toHaveLength(QUEUE_MAX + 1)
  })

  test('writes 25 events about an object at the most, until time has passed', async () => {
    for (let n = 0; n < 40; n++) recorder.record(intent({ message: `m${n}` }))
    await recorder.flush()
    expect(await events()).toHaveLength(25)
  })

  test('`flush()` resolves at once when there is nothing to write', async () => {
    await recorder.flush()
    expect(api.requests).toEqual([])
  })

  test('`flush()` drops what waits and tells how much when its signal aborts', async () => {
    let release: () => void = () => undefined
    api.before = () => new Promise((resolve) => (release = resolve))
    for (const message of ['one', 'two', 'three']) recorder.record(intent({ message }))
    const deadline = new AbortController()
    const flushed = recorder.flush({ signal: deadline.signal })
    await clock.advance(0)
    deadline.abort()
    await flushed
    expect(problems).toEqual([['events were given up: writing them takes too long', { dropped: 3 }]])
    release()
    await recorder.flush({ signal: deadline.signal })
    await clock.advance(0)
    expect(api.requests).toHaveLength(1)
  })
})

describe('seriesEvents()', () => {
  test('makes one event of events.k8s.io/v1, and a series of its repeats', async () => {
    recorder = new EventRecorder(api, clock, seriesEvents('pod-1'), (message, fields) => problems.push([message, fields]))
    for (let n = 0; n < 3; n++) {
      recorder.record(intent({ action: 'Creating', related: { kind: 'Pod', apiVersion: 'v1', metadata: { namespace: 'a', name: 'p' } } }))
      await recorder.flush()
      await clock.advance(60_000)
    }
    expect(await events()).toMatchObject([
      {
        apiVersion: 'events.k8s.io/v1',
        regarding: { kind: 'Job', name: 'j' },
        related: { kind: 'Pod', name: 'p' },
        reason: 'Created',
        action: 'Creating',
        note: 'Created pod: x',
        type: 'Normal',
        eventTime: '2024-08-13T10:00:00.000000Z',
        reportingController: 'job-controller',
        reportingInstance: 'pod-1',
        series: { count: 3, lastObservedTime: '2024-08-13T10:02:00.000000Z' },
      },
    ])
  })
})
