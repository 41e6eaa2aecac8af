import { describe, expect, test } from '@jest/globals'
import type { Event } from '@kubetape/api/types/core/v1'
import type { Event as NewEvent } from '@kubetape/api/types/events/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { toCoreEvent, toEventsV1 } from './event-conversion.ts'
import { eventStrategy, newEventStrategy } from './event-strategy.ts'

const core = new StrategyRunner<Event>({ group: '', version: 'v1', kind: 'Event' }, eventStrategy, { namespace: 'demo' })
const strict = new StrategyRunner<NewEvent>({ group: 'events.k8s.io', version: 'v1', kind: 'Event' }, newEventStrategy, {
  namespace: 'demo',
})
const about = { kind: 'Pod', name: 'p', namespace: 'demo' }
const old = (fields: object = {}): object => ({
  metadata: { name: 'ev' },
  involvedObject: about,
  reason: 'R',
  message: 'm',
  type: 'Normal',
  ...fields,
})
const fresh = (fields: object = {}): object => ({
  metadata: { name: 'ev' },
  eventTime: '2024-01-01T00:00:00.000000Z',
  action: 'A',
  reason: 'R',
  type: 'Normal',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  regarding: about,
  ...fields,
})
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

describe('eventStrategy', () => {
  test('fills in what v1 always shows and accepts any name and type', () => {
    const { object, errors } = core.create(old({ metadata: { name: 'A_' }, type: 'Odd' }))
    expect(errors).toEqual([])
    expect(object).toMatchObject({
      eventTime: null,
      firstTimestamp: null,
      lastTimestamp: null,
      reportingComponent: '',
      reportingInstance: '',
      source: {},
    })
  })

  test.each<[string, object, string[]]>([
    [
      'about another namespace',
      { involvedObject: { ...about, namespace: 'other' } },
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    [
      'about the cluster outside default',
      { involvedObject: { kind: 'Node', name: 'n' } },
      ['involvedObject.namespace: Invalid value: "": does not match event.namespace'],
    ],
    [
      'of the new kind without a reporter',
      { eventTime: '2024-01-01T00:00:00.000000Z', action: 'A', reportingInstance: 'i' },
      [
        'reportingComponent: Required value',
        'reportingComponent: Invalid value: "": name part must be non-empty',
        `reportingComponent: Invalid value: "": ${qualified}`,
      ],
    ],
  ])('refuses one %s', (_, fields, expected) => {
    expect(core.create(old(fields)).errors).toEqual(expected)
  })

  test('lets everything change', () => {
    const { object } = core.create(old())
    expect(core.update(object, (event) => Object.assign(event, { count: 3, message: 'again', reason: 'S' })).errors).toEqual([])
  })

  test('selects by what the event is about, and by its source or else its reporter', () => {
    const { object } = core.create(
      old({
        involvedObject: { ...about, uid: 'u', apiVersion: 'v1', resourceVersion: '7', fieldPath: 'spec' },
        source: { component: 'c' },
        reportingComponent: 'r',
      }),
    )
    expect(eventStrategy.selectableFields?.(object)).toEqual({
      'involvedObject.kind': 'Pod',
      'involvedObject.namespace': 'demo',
      'involvedObject.name': 'p',
      'involvedObject.uid': 'u',
      'involvedObject.apiVersion': 'v1',
      'involvedObject.resourceVersion': '7',
      'involvedObject.fieldPath': 'spec',
      reason: 'R',
      reportingComponent: 'r',
      source: 'c',
      type: 'Normal',
    })
    expect(eventStrategy.selectableFields?.({ ...object, source: {} })['source']).toBe('r')
  })
})

describe('newEventStrategy', () => {
  test('accepts a whole one, about any namespace', () => {
    expect(strict.create(fresh({ regarding: { ...about, namespace: 'elsewhere' } })).errors).toEqual([])
  })

  test.each<[string, object, string[]]>([
    ['without a time', { eventTime: undefined }, ['eventTime: Required value']],
    [
      'without a reporter',
      { action: '', reason: '', reportingController: '', reportingInstance: '' },
      [
        'reportingController: Required value',
        'reportingController: Invalid value: "": name part must be non-empty',
        `reportingController: Invalid value: "": ${qualified}`,
        'reportingInstance: Required value',
        'action: Required value',
        'reason: Required value',
      ],
    ],
    ['of an unknown type', { type: 'Odd' }, ['type: Invalid value: "": has invalid value: Odd']],
    [
      'with old fields',
      {
        deprecatedCount: 1,
        deprecatedSource: { host: 'h' },
        deprecatedFirstTimestamp: '2024-01-01T00:00:00Z',
        deprecatedLastTimestamp: '2024-01-01T00:00:00Z',
      },
      ['firstTimestamp', 'lastTimestamp', 'count', 'source'].map((field) => `${field}: Invalid value: "": needs to be unset`),
    ],
    [
      'with long texts',
      { note: 'x'.repeat(1025), reason: 'x'.repeat(129), action: 'x'.repeat(129), reportingInstance: 'x'.repeat(129) },
      [
        'reportingInstance: Invalid value: "": can have at most 128 characters',
        'action: Invalid value: "": can have at most 128 characters',
        'reason: Invalid value: "": can have at most 128 characters',
        'message: Invalid value: "": can have at most 1024 characters',
      ],
    ],
    [
      'with a series of one',
      { series: { count: 1, lastObservedTime: '2024-01-01T00:00:00.000000Z' } },
      ['series.count: Invalid value: "": should be at least 2'],
    ],
    ['with a series without time', { series: { count: 2 } }, ['series.lastObservedTime: Required value']],
  ])('refuses one %s', (_, fields, expected) => {
    expect(strict.create(fresh(fields)).errors).toEqual(expected)
  })

  test('lets only the series change', () => {
    const { object } = strict.create(fresh())
    expect(strict.update(object, (event) => (event.series = { count: 2, lastObservedTime: '2024-01-01T00:01:00.000000Z' })).errors).toEqual(
      [],
    )
    expect(
      strict.update(object, (event) =>
        Object.assign(event, { note: 'changed', action: 'Other', regarding: { ...about, name: 'q' }, reportingController: 'd' }),
      ).errors,
    ).toEqual([
      'involvedObject: Invalid value: {"kind":"Pod","name":"q","namespace":"demo"}: field is immutable',
      'message: Invalid value: "changed": field is immutable',
      'action: Invalid value: "Other": field is immutable',
      'reportingController: Invalid value: "d": field is immutable',
    ])
  })

  test('selects in the words of its API', () => {
    const fields = newEventStrategy.selectableFields?.(strict.create(fresh()).object) ?? {}
    expect(fields).toMatchObject({ 'regarding.name': 'p', reportingController: 'example.com/c', reason: 'R', type: 'Normal' })
    expect(Object.keys(fields).filter((field) => field.startsWith('involvedObject') || field === 'source')).toEqual([])
  })
})

describe('toCoreEvent()', () => {
  test("and toEventsV1() are each other's reverse", () => {
    const { object } = core.create(old({ count: 2, source: { component: 'c' } }))
    const other = toEventsV1(object)
    expect(other).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'm',
      regarding: about,
      deprecatedCount: 2,
      deprecatedSource: { component: 'c' },
    })
    // Empty reporters are shown in v1 only; storing completes them again.
    expect(other).not.toHaveProperty('reportingController')
    expect({ reportingComponent: '', reportingInstance: '', ...toCoreEvent(other) }).toEqual(object)
  })
})

describe('eventRow()', () => {
  const now = Date.parse('2024-01-01T00:10:00Z')
  const row = (fields: object): unknown[] => eventStrategy.tableRow!(core.create(old(fields)).object, now)

  test('of an old event', () => {
    const fields = {
      count: 3,
      firstTimestamp: '2024-01-01T00:00:00Z',
      lastTimestamp: '2024-01-01T00:09:00Z',
      source: { component: 'kubelet', host: 'box' },
      message: ' m\n',
      involvedObject: { ...about, fieldPath: 'spec' },
    }
    expect(row(fields)).toEqual(['60s', 'Normal', 'R', 'pod/p', 'spec', 'kubelet, box', 'm', '10m', 3, 'ev'])
  })

  test('of a new event, alone and in a series', () => {
    const one = toCoreEvent(strict.create(fresh({ eventTime: '2024-01-01T00:05:00.000000Z' })).object)
    expect(eventStrategy.tableRow?.(one, now)).toEqual(['5m', 'Normal', 'R', 'pod/p', '', 'example.com/c, i', '', '5m', 1, 'ev'])
    const many = { ...one, series: { count: 4, lastObservedTime: '2024-01-01T00:09:30.000000Z' } }
    expect(eventStrategy.tableRow?.(many, now).filter((_, i) => [0, 7, 8].includes(i))).toEqual(['30s', '5m', 4])
  })

  test('of an event without any time or name', () => {
    expect(row({ involvedObject: { kind: 'Pod', namespace: 'demo' } }).slice(0, 4)).toEqual(['<unknown>', 'Normal', 'R', 'pod'])
  })
})
