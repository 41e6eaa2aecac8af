import { describe, expect, test } from '@jest/globals'
import { findResource } from '@kubetape/api'
import { encodeObject, StoredObject } from '@kubetape/storage'
import { builtinResource, type ServedResource } from './served-resource.ts'
import { storageFormOf } from './storage-forms.ts'

const served = (group: string, version: string, resource: string): ServedResource => {
  return builtinResource(findResource({ group, version, resource })!)
}

describe('storageFormOf()', () => {
  test('stores all versions of a resource as the most mature one', () => {
    expect(
      storageFormOf(findResource({ group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta3', resource: 'flowschemas' })!)?.stored.version,
    ).toBe('v1')
    expect(storageFormOf(findResource({ group: 'flowcontrol.apiserver.k8s.io', version: 'v1', resource: 'flowschemas' })!)).toBeUndefined()
    expect(storageFormOf(findResource({ group: 'batch', version: 'v1', resource: 'jobs' })!)).toBeUndefined()
  })

  test('stores autoscalers as v2 whichever version made them', () => {
    const form = storageFormOf(findResource({ group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' })!)!
    expect(form.stored).toMatchObject({ group: 'autoscaling', version: 'v2' })
    const stored = form.toStored({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 5 } })
    expect(stored).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { metrics: [{ type: 'Resource' }] } })
  })
})

describe('ServedResource', () => {
  test('rewrites the head of an object without parsing it, and only once', () => {
    const resource = served('storage.k8s.io', 'v1alpha1', 'volumeattributesclasses')
    const stored = new StoredObject(
      '',
      'v',
      7,
      encodeObject({ kind: 'VolumeAttributesClass', apiVersion: 'storage.k8s.io/v1beta1', metadata: { name: 'v' }, driverName: 'd' }),
    )
    const view = resource.served(stored)
    expect(Buffer.from(view.bytes).toString()).toBe(
      '{"kind":"VolumeAttributesClass","apiVersion":"storage.k8s.io/v1alpha1","metadata":{"name":"v"},"driverName":"d"}',
    )
    expect([view.name, view.revision, resource.served(stored)]).toEqual(['v', 7, view])
  })

  test('serves what is stored as it is where forms do not differ', () => {
    const stored = new StoredObject('', 'v', 1, encodeObject({ kind: 'Job', apiVersion: 'batch/v1', metadata: {} }))
    expect(served('batch', 'v1', 'jobs').served(stored)).toBe(stored)
  })

  test('stores Events of both groups as those of the core group, complete', () => {
    const { conversion, stored, named } = served('events.k8s.io', 'v1', 'events')
    expect([stored, named]).toEqual([
      { group: '', resource: 'events' },
      { group: '', resource: 'events', kind: 'Event' },
    ])
    const event = conversion!.toStored({
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: { name: 'e' },
      note: 'n',
      regarding: { kind: 'Pod' },
      eventTime: '2026-01-01T00:00:00.000000Z',
    })
    expect(event).toMatchObject({
      apiVersion: 'v1',
      message: 'n',
      involvedObject: { kind: 'Pod' },
      source: {},
      firstTimestamp: null,
      reportingComponent: '',
    })
  })
})
