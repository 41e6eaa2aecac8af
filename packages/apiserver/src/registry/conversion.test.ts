import { describe, expect, test } from '@jest/globals'
import { encodeObject, StoredObject } from '@kubetape/storage'
import { convertFields, rewriteHead } from './conversion.ts'
import { toCoreEvent, toEventsV1 } from './core/event/event-conversion.ts'

describe('rewriteHead()', () => {
  const conversion = rewriteHead({ group: 'g', version: 'v1', kind: 'K', resource: 'ks' }, { group: 'g', version: 'v1beta1', kind: 'K' })

  test('goes there and back without touching the rest', () => {
    const object = Object.freeze({ kind: 'K', apiVersion: 'g/v1beta1', metadata: { name: 'x', resourceVersion: '3' }, spec: { a: [1] } })
    const stored = conversion.toStored(object)
    expect(stored).toEqual({ ...object, apiVersion: 'g/v1' })
    expect(conversion.toServed(new StoredObject('', 'x', 3, encodeObject(stored))).object).toEqual(object)
  })
})

describe('convertFields()', () => {
  const conversion = convertFields({ group: '', version: 'v1', kind: 'Event', resource: 'events' }, toCoreEvent, toEventsV1)

  test('leaves what it is given alone', () => {
    const event = Object.freeze({ kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: Object.freeze({ name: 'e' }), note: 'n' })
    const stored = conversion.toStored(event)
    expect(stored).toMatchObject({ apiVersion: 'v1', message: 'n' })
    expect(event).not.toHaveProperty('message')
    expect(stored.metadata).not.toBe(event.metadata)
  })

  test('leaves empty reporters out of the form that does not show them', () => {
    const stored = new StoredObject(
      'default',
      'e',
      1,
      encodeObject({ kind: 'Event', apiVersion: 'v1', metadata: { name: 'e' }, reportingComponent: '', reportingInstance: 'i', count: 2 }),
    )
    expect(conversion.toServed(stored).object).toEqual({
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: { name: 'e' },
      reportingInstance: 'i',
      deprecatedCount: 2,
    })
  })
})
