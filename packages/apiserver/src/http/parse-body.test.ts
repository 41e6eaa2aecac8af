import { describe, expect, test } from '@jest/globals'
import { bodyText, patchText, repeatedYamlKeys } from './parse-body.ts'

describe('bodyText()', () => {
  test('passes JSON through and converts YAML 1.1', () => {
    expect(bodyText(Buffer.from('{"a": 1}'), 'application/json', 'Job')).toBe('{"a": 1}')
    expect(bodyText(Buffer.from('a: yes\nb: 0o7\n'), 'application/yaml', 'Job')).toContain('"a":true')
    expect(bodyText(Buffer.from(''), 'application/yaml', 'Job')).toBe('null')
  })

  test('refuses other media types, and YAML that is none', () => {
    expect(() => bodyText(Buffer.from('x'), 'text/plain', 'Job')).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
    expect(() => bodyText(Buffer.from('a: [1'), 'application/yaml', 'Job')).toThrow(
      'the object provided is unrecognized (must be of type Job): yaml: line 1: ',
    )
  })
})

describe('patchText()', () => {
  test('refuses what is no JSON', () => {
    expect(patchText(Buffer.from('{"a":1}')).value).toEqual({ a: 1 })
    expect(() => patchText(Buffer.from('{"a"'))).toThrow('error decoding patch: unexpected end of JSON input')
  })
})

describe('repeatedYamlKeys()', () => {
  test('names the line of each key that is there twice', () => {
    expect(repeatedYamlKeys('a: 1\nb: {c: 1}\na: 2\nd:\n  e: 1\n  e: 2\n')).toEqual([
      'line 3: key "a" already set in map',
      'line 6: key "e" already set in map',
    ])
    expect(repeatedYamlKeys('a: {b: 1}\nb: 1\n')).toEqual([])
  })
})
