import { describe, expect, test } from '@jest/globals'
import {
  conditionReasonErrors,
  configMapKeyErrors,
  envVarNameErrors,
  groupIdErrors,
  httpHeaderNameErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  relaxedEnvVarNameErrors,
  userIdErrors,
} from './value-formats.ts'

describe('portNameErrors()', () => {
  test.each([
    ['http', []],
    ['http-2', []],
    ['a'.repeat(16), ['must be no more than 15 characters']],
    ['80', ['must contain at least one letter (a-z)']],
    ['', ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)', 'must contain at least one letter (a-z)']],
    ['A', ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)', 'must contain at least one letter (a-z)']],
    ['a--b', ['must not contain consecutive hyphens']],
    ['-a', ['must not begin or end with a hyphen']],
    ['a-', ['must not begin or end with a hyphen']],
  ])('says of %p: %p', (name, messages) => expect(portNameErrors(name)).toEqual(messages))
})

test('number rules name their inclusive range', () => {
  expect(portNumberErrors(1)).toEqual([])
  expect(portNumberErrors(65535)).toEqual([])
  expect(portNumberErrors(0)).toEqual(['must be between 1 and 65535, inclusive'])
  expect(userIdErrors(-1)).toEqual(['must be between 0 and 2147483647, inclusive'])
  expect(groupIdErrors(2147483647)).toEqual([])
})

test('percentErrors() wants digits and a percent sign', () => {
  expect(percentErrors('10%')).toEqual([])
  for (const text of ['10', '%', '-1%', '1.5%', ' 1%']) {
    expect(percentErrors(text)).toEqual([
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ])
  }
})

test('httpHeaderNameErrors() wants letters, digits and dashes', () => {
  expect(httpHeaderNameErrors('X-A')).toEqual([])
  expect(httpHeaderNameErrors('a b')).toEqual([
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
  ])
})

const ENV_MESSAGE =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"

test('envVarNameErrors() refuses a leading digit and names of folders', () => {
  expect(envVarNameErrors('MY_ENV.name-1')).toEqual([])
  expect(envVarNameErrors('1A')).toEqual([ENV_MESSAGE])
  expect(envVarNameErrors('')).toEqual([ENV_MESSAGE])
  expect(envVarNameErrors('.')).toEqual(["must not be '.'"])
  expect(envVarNameErrors('..')).toEqual(["must not be '..'"])
  expect(envVarNameErrors('..a')).toEqual(["must not start with '..'"])
})

test('relaxedEnvVarNameErrors() takes printable ASCII without an equals sign', () => {
  expect(relaxedEnvVarNameErrors('1 a~!')).toEqual([])
  expect(relaxedEnvVarNameErrors('')).toEqual(['environment variable name must be non-empty'])
  for (const name of ['a=b', 'ä', 'a\t']) expect(relaxedEnvVarNameErrors(name)).toHaveLength(1)
})

test('configMapKeyErrors() takes names of files', () => {
  expect(configMapKeyErrors('key.name_1-2')).toEqual([])
  expect(configMapKeyErrors('a b')).toEqual([
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ])
  expect(configMapKeyErrors('k'.repeat(254))).toEqual(['must be no more than 253 characters'])
  expect(configMapKeyErrors('..')).toEqual(["must not be '..'"])
  expect(configMapKeyErrors('..data')).toEqual(["must not start with '..'"])
})

test('conditionReasonErrors() wants a camel-cased word', () => {
  expect(conditionReasonErrors('ReasonA:ReasonB')).toEqual([])
  expect(conditionReasonErrors('1a')[0]).toMatch(/^a condition reason must start with alphabetic character/)
})
