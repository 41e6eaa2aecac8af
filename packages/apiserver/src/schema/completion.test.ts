import { describe, expect, test } from '@jest/globals'
import { builtinSchemas } from '@kubetape/api'
import { compileKind } from './compile-kind.ts'

const configMaps = compileKind(builtinSchemas, 'io.k8s.api.core.v1.ConfigMap')
const pods = compileKind(builtinSchemas, 'io.k8s.api.core.v1.Pod')

describe('complete()', () => {
  test('puts the entries of maps in the order of their keys', () => {
    const object = { metadata: { name: 'n', labels: { b: '2', a: '1' } }, data: { z: '1', a: '2', m: '3' } }
    configMaps.complete(object)
    expect(Object.keys(object.metadata.labels)).toEqual(['a', 'b'])
    expect(Object.entries(object.data)).toEqual([
      ['a', '2'],
      ['m', '3'],
      ['z', '1'],
    ])
  })

  test('leaves maps that are in order as they are, and drops empty ones', () => {
    const data = { a: '1', b: '2' }
    const object: Record<string, unknown> = { metadata: { name: 'n' }, data, binaryData: {} }
    configMaps.complete(object)
    expect(object['data']).toBe(data)
    expect(object).not.toHaveProperty('binaryData')
  })
})

describe('decode()', () => {
  test('sorts what it does not know in a value', () => {
    const spec = { template: 1, containers: [{ name: 'a', port: 80 }], colour: 'red' }
    const { strictErrors } = pods.decode({ spec, extra: 1 }, 'Warn')
    expect(strictErrors).toEqual([
      'unknown field "extra"',
      'unknown field "spec.colour"',
      'unknown field "spec.containers[0].port"',
      'unknown field "spec.template"',
    ])
  })
})
