import { describe, expect, test } from '@jest/globals'
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { KindCompiler } from './compile-kind.ts'
import { decodeBody, type KindLookup } from './decode-body.ts'

const compiler = new KindCompiler(builtinSchemas)
const kindOf: KindLookup = (gvk) => {
  const name = typeNameOfKind(gvk)
  return name === undefined ? undefined : compiler.kind(name)
}
const gvk = { group: '', version: 'v1', kind: 'ConfigMap' }
const decode = (text: string) => decodeBody(text, { ...gvk, schema: kindOf(gvk)! }, 'Warn', kindOf)

describe('decodeBody()', () => {
  test('completes a head that is left out', () => {
    expect(decode('{"data":{"a":"1"}}').object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {}, data: { a: '1' } })
    expect(decode('null').object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {} })
  })

  test.each([
    [
      '{"metadata": {"name": "cut"',
      `couldn't get version/kind; json parse error: unexpected end of JSON input ({"metadata": {"name": "cut")`,
    ],
    ['', `couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`],
    [
      '[]',
      `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
    ],
    [
      '{"kind":5}',
      `couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})`,
    ],
    ['{"apiVersion":"a/b/c","kind":"ConfigMap"}', 'unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)'],
  ])('does not recognise %j', (text, message) => {
    expect(() => decode(text)).toThrow(`the object provided is unrecognized (must be of type ConfigMap): ${message}`)
  })

  test.each([
    [
      '{"kind":"Nonsense"}',
      'Nonsense in version "v1" cannot be handled as a ConfigMap: no kind "Nonsense" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      '{"apiVersion":"batch/v2"}',
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "batch/v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    ['{"kind":"Pod"}', 'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion'],
    ['{"kind":"Secret","data":{"a":"-"}}', 'Secret in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0'],
    [
      '{"apiVersion":"apps/v1","kind":"Deployment"}',
      'Deployment in version "v1" cannot be handled as a ConfigMap: converting (v1.Deployment) to (core.ConfigMap): unknown conversion',
    ],
  ])('refuses the kind of %s', (text, message) => {
    expect(() => decode(text)).toThrow(message)
  })

  test('refuses another version of the kind', () => {
    const v2 = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' }
    expect(() => decodeBody('{"apiVersion":"autoscaling/v1"}', { ...v2, schema: kindOf(v2)! }, 'Warn', kindOf)).toThrow(
      'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
    )
  })
})
