import { describe, expect, test } from '@jest/globals'
import { DecodeContext } from './decode-context.ts'
import { schemaUnionDecoder } from './schema-union.ts'

const schema = schemaUnionDecoder('JSONSchemaPropsOrBool', (value) => value)
const list = schemaUnionDecoder('JSONSchemaPropsOrArray', (value) => value)
const names = schemaUnionDecoder('JSONSchemaPropsOrStringArray', (value) => value)

describe('schemaUnionDecoder()', () => {
  test.each([
    ['a schema or a boolean', schema, { type: 'string' }, { type: 'string' }],
    ['a schema or a boolean', schema, false, false],
    ['a schema or schemas', list, [{ type: 'string' }, null], [{ type: 'string' }, {}]],
    ['a schema or schemas', list, 'x', undefined],
    ['a schema or names', names, ['a', null], ['a', '']],
    ['a schema or names', names, 5, []],
  ])('reads %s', (_, decode, value, expected) => {
    expect(decode(value, new DecodeContext(false))).toEqual(expected)
  })

  test.each([
    [schema, 'x', 'boolean or JSON schema expected'],
    [list, [5], 'json: cannot unmarshal number into Go value of type v1.JSONSchemaProps'],
    [names, [{}], 'json: cannot unmarshal object into Go value of type string'],
  ])('refuses what is neither', (decode, value, message) => {
    expect(() => decode(value, new DecodeContext(false))).toThrow(message)
  })
})
