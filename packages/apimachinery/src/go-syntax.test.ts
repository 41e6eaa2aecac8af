import { expect, test } from '@jest/globals'
import {
  goAtoiError,
  goParseIntError,
  goJsonKind,
  goTypeOf,
  parseGoInt,
  printGoOwnerReference,
  printGoStringMap,
  printGoStrings,
  printGoValue,
} from './go-syntax.ts'

test('printGoValue() prints JSON values like %v', () => {
  expect(printGoValue({ name: 'only', $patch: 'explode', list: ['x', null, true], n: 1.5, big: 9007199254740993n, gone: undefined })).toBe(
    'map[$patch:explode big:9007199254740993 list:[x <nil> true] n:1.5 name:only]',
  )
})

test('goTypeOf() and goJsonKind() name types as Go and its JSON do', () => {
  const values = [null, [], {}, true, 1, 1.5, 1n, 's']
  expect(values.map(goTypeOf)).toEqual([
    '<nil>',
    '[]interface {}',
    'map[string]interface {}',
    'bool',
    'int64',
    'float64',
    'int64',
    'string',
  ])
  expect(values.map(goJsonKind)).toEqual(['null', 'array', 'object', 'bool', 'number', 'number', 'number', 'string'])
})

test('printGoStrings() and printGoStringMap() print values of Go like %#v', () => {
  expect(printGoStrings(['a', 'b"'])).toBe('[]string{"a", "b\\""}')
  expect(printGoStrings(undefined)).toBe('[]string(nil)')
  expect(printGoStringMap({ b: '2', a: '1' })).toBe('map[string]string{"a":"1", "b":"2"}')
  expect(printGoStringMap(undefined)).toBe('map[string]string(nil)')
})

test('printGoOwnerReference() prints pointers', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', blockOwnerDeletion: false }
  expect(printGoOwnerReference(owner)).toMatch(/Controller:\(\*bool\)\(nil\), BlockOwnerDeletion:\(\*bool\)\(0x[0-9a-f]+\)\}$/)
})

test('parseGoInt() reads integers of 64 bits', () => {
  expect(['7', '+7', '-07', '9223372036854775807'].map(parseGoInt)).toEqual([7n, 7n, -7n, 9223372036854775807n])
  expect(['', 'x', '1.0', ' 1', '9223372036854775808'].map(parseGoInt)).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(goAtoiError('9223372036854775808')).toBe('strconv.Atoi: parsing "9223372036854775808": value out of range')
  expect(goParseIntError('-9223372036854775809')).toBe('strconv.ParseInt: parsing "-9223372036854775809": value out of range')
  expect(goAtoiError('x')).toBe('strconv.Atoi: parsing "x": invalid syntax')
})
