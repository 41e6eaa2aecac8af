import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  annotationKeyErrors,
  cIdentifierErrors,
  dns1035LabelErrors,
  dnsLabelErrors,
  dnsSubdomainErrors,
  labelValueErrors,
  pathSegmentErrors,
  pathSegmentPrefixErrors,
  patternMessage,
  qualifiedNameErrors,
  underscoredSubdomainErrors,
  wildcardSubdomainErrors,
} from './names.ts'

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_MESSAGE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const NAME_PART_MESSAGE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const LABEL_VALUE_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

describe('dnsSubdomainErrors()', () => {
  test.each(['a', '1', 'a.b-c.1', 'a'.repeat(253)])('accepts %p', (name) => expect(dnsSubdomainErrors(name)).toEqual([]))
  test.each(['', 'A', 'a_b', '-a', 'a-', '.a', 'a.', 'a..b', 'a b', 'a/b', 'a%b', 'ä', '.', '..', 'a\n'])('refuses %p', (name) =>
    expect(dnsSubdomainErrors(name)).toEqual([SUBDOMAIN_MESSAGE]),
  )
  test('says both when a name is too long and malformed', () => {
    expect(dnsSubdomainErrors('a'.repeat(254))).toEqual(['must be no more than 253 characters'])
    expect(dnsSubdomainErrors('ä'.repeat(127))).toEqual(['must be no more than 253 characters', SUBDOMAIN_MESSAGE])
  })
})

describe('dnsLabelErrors()', () => {
  test('accepts labels of up to 63 bytes', () => {
    expect(dnsLabelErrors('a'.repeat(63))).toEqual([])
    expect(dnsLabelErrors('a'.repeat(64))).toEqual(['must be no more than 63 characters'])
    expect(dnsLabelErrors('')).toEqual([LABEL_MESSAGE])
    expect(dnsLabelErrors('A')).toEqual([LABEL_MESSAGE])
  })
  test('says only that of dots when nothing else is wrong', () => {
    expect(dnsLabelErrors('a.b')).toEqual(['must not contain dots'])
    expect(dnsLabelErrors('a..b')).toEqual([LABEL_MESSAGE])
  })
})

test('dns1035LabelErrors() wants a letter first', () => {
  expect(dns1035LabelErrors('a-1')).toEqual([])
  expect(dns1035LabelErrors('1a')).toEqual([
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ])
  expect(dns1035LabelErrors('x'.repeat(64))).toEqual(['must be no more than 63 characters'])
})

test('wildcardSubdomainErrors() wants one star, first', () => {
  expect(wildcardSubdomainErrors('*.example.com')).toEqual([])
  for (const host of ['*', '*.*.example.com', 'a.*.com', '*example.com']) {
    expect(wildcardSubdomainErrors(host)[0]).toMatch(/^a wildcard DNS-1123 subdomain must start with '\*\.', followed by/)
  }
})

test('underscoredSubdomainErrors() lets underscores in', () => {
  expect(underscoredSubdomainErrors('_a.b_c')).toEqual([])
  expect(underscoredSubdomainErrors('a_')).toHaveLength(1)
  expect(dnsSubdomainErrors('_a.b_c')).toHaveLength(1)
})

describe('qualifiedNameErrors()', () => {
  test.each(['a', 'A', 'a.b_c-d', '1', 'example.com/a', `${'a'.repeat(253)}/${'b'.repeat(63)}`])('accepts %p', (name) =>
    expect(qualifiedNameErrors(name)).toEqual([]),
  )
  test.each([
    ['', ['name part must be non-empty', NAME_PART_MESSAGE]],
    ['a b', [NAME_PART_MESSAGE]],
    ['a'.repeat(64), ['name part must be no more than 63 characters']],
    ['-a', [NAME_PART_MESSAGE]],
    ['/a', ['prefix part must be non-empty']],
    ['example.com/', ['name part must be non-empty', NAME_PART_MESSAGE]],
    ['A_/a', [`prefix part ${SUBDOMAIN_MESSAGE}`]],
    [
      'a/b/c',
      [
        `a qualified name ${NAME_PART_MESSAGE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ],
    ],
  ])('refuses %p', (name, messages) => expect(qualifiedNameErrors(name)).toEqual(messages))
})

test('labelValueErrors() lets the empty value through', () => {
  expect(labelValueErrors('')).toEqual([])
  expect(labelValueErrors('a.b')).toEqual([])
  expect(labelValueErrors('b c')).toEqual([LABEL_VALUE_MESSAGE])
  expect(labelValueErrors('a'.repeat(64))).toEqual(['must be no more than 63 characters'])
  expect(labelValueErrors(`${'a'.repeat(63)}!`)).toEqual(['must be no more than 63 characters', LABEL_VALUE_MESSAGE])
})

test('annotationKeyErrors() does not mind upper case in the domain', () => {
  expect(annotationKeyErrors('Example.COM/Key')).toEqual([])
  expect(qualifiedNameErrors('Example.COM/Key')).toHaveLength(1)
})

test('cIdentifierErrors() wants a letter or underscore first', () => {
  expect(cIdentifierErrors('_a1')).toEqual([])
  expect(cIdentifierErrors('1a')).toEqual([
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
  ])
})

test('pathSegmentErrors() refuses what would change a path', () => {
  expect(pathSegmentErrors('System:Any thing')).toEqual([])
  expect(pathSegmentErrors('.')).toEqual(["may not be '.'"])
  expect(pathSegmentErrors('..')).toEqual(["may not be '..'"])
  expect(pathSegmentErrors('a/b%c')).toEqual(["may not contain '/'", "may not contain '%'"])
  expect(pathSegmentPrefixErrors('..')).toEqual([])
})

test('patternMessage() leaves out examples that it does not have', () => {
  expect(patternMessage('a rule', 'x+')).toBe("a rule (regex used for validation is 'x+')")
})

test('every DNS label is a subdomain, a label value and the name part of a qualified name', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/), (label) => {
      expect(dnsLabelErrors(label)).toEqual([])
      expect(dnsSubdomainErrors(`${label}.${label}`)).toEqual([])
      expect(labelValueErrors(label)).toEqual([])
      expect(qualifiedNameErrors(`${label}/${label}`)).toEqual([])
    }),
  )
})
