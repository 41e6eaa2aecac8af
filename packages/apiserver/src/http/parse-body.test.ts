import { describe, expect, test } from '@jest/globals'
import { appliedBody, bodyText, patchText, repeatedYamlKeys } from './parse-body.ts'

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

describe('appliedBody()', () => {
  const read = (text: string): unknown => appliedBody(Buffer.from(text))

  test('reads YAML and JSON, with integers as they are', () => {
    expect(read('a: yes\ni: 9007199254740993\nt: 2024-01-01\n')).toEqual({ body: { a: true, i: 9007199254740993n, t: '2024-01-01' } })
    expect(read('{"n": 9007199254740993, "m": 1.0, "s": "x"}')).toEqual({ body: { n: 9007199254740993n, m: 1, s: 'x' } })
    expect([read(''), read('null')]).toEqual([{ body: {} }, { body: {} }])
  })

  test('takes the first of several documents', () => {
    expect(read('a: 1\n---\nb: 2\n')).toEqual({ body: { a: 1 } })
  })

  test('tells keys that come twice, the last of which counts', () => {
    const bodyProblems = ['line 1: key "a" already set in map']
    expect(read('{"a": 1, "a": 2}')).toEqual({ body: { a: 2 }, bodyProblems })
  })

  test.each([
    ['{{{', 'line 1: did not find expected node content'],
    ['a: b: c', 'line 1: mapping values are not allowed in this context'],
    ['@x', 'line 1: found character that cannot start any token'],
    [
      'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
      'document contains excessive aliasing',
    ],
  ])('refuses %j', (text, why) => {
    expect(() => read(text)).toThrow(`error decoding YAML: error converting YAML to JSON: yaml: ${why}`)
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
