import { describe, expect, test } from '@jest/globals'
import { inWireOrder } from './wire-order.ts'

describe('inWireOrder()', () => {
  test('puts metadata first, status last and the fields of metadata in their order', () => {
    const object = {
      status: { phase: 'Pending' },
      spec: { b: 1, a: 2 },
      metadata: { finalizers: ['x/y'], labels: { a: '1' }, uid: 'u', resourceVersion: '7', name: 'n', namespace: 'ns' },
      apiVersion: 'v1',
      kind: 'Pod',
    }
    expect(JSON.stringify(inWireOrder(object))).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"n","namespace":"ns","uid":"u","resourceVersion":"7","labels":{"a":"1"},"finalizers":["x/y"]},' +
        '"spec":{"b":1,"a":2},"status":{"phase":"Pending"}}',
    )
  })

  test('keeps a place for the resourceVersion of a new object', () => {
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { creationTimestamp: 't', name: 'n' }, data: {} }
    expect(JSON.stringify(inWireOrder(object))).toBe(
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"n","resourceVersion":"","creationTimestamp":"t"},"data":{}}',
    )
  })
})
