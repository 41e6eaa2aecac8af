import { describe, expect, test } from '@jest/globals'
import { shaped } from './answer-shape.ts'

const SHAPE = {
  response: { allowed: 'boolean', status: { code: 'integer', details: 'anything' }, warnings: ['string'], notes: { '*': 'string' } },
} as const

describe('shaped()', () => {
  test('keeps what is known and leaves out what is null or unknown', () => {
    const response = { allowed: true, status: { code: 403, details: { a: [1] } }, warnings: ['a', null], notes: { k: 'v' }, other: 1 }
    expect(shaped({ response, more: 1 }, SHAPE)).toEqual({
      response: { allowed: true, status: { code: 403, details: { a: [1] } }, warnings: ['a', ''], notes: { k: 'v' } },
    })
    expect(shaped({ response: { allowed: null, warnings: null, notes: null } }, SHAPE)).toEqual({ response: {} })
    expect(shaped(null, SHAPE)).toBeUndefined()
  })

  test('makes nothing of names that every object inherits', () => {
    const read = shaped(JSON.parse('{"response":{"notes":{"__proto__":"a"},"constructor":1}}'), SHAPE) as { response: { notes: object } }
    expect(Object.entries(read.response.notes)).toEqual([['__proto__', 'a']])
    expect(Object.keys(read.response)).toEqual(['notes'])
  })

  test.each([
    [{ response: { allowed: 'false' } }, 'json: cannot unmarshal string into Go struct field response.allowed of type bool'],
    [{ response: { allowed: 1 } }, 'json: cannot unmarshal number into Go struct field response.allowed of type bool'],
    [{ response: { status: { code: 1.5 } } }, 'json: cannot unmarshal number into Go struct field response.status.code of type int32'],
    [{ response: { status: { code: 1e10 } } }, 'json: cannot unmarshal number into Go struct field response.status.code of type int32'],
    [{ response: { warnings: 'a' } }, 'json: cannot unmarshal string into Go struct field response.warnings of type []string'],
    [{ response: { warnings: [true] } }, 'json: cannot unmarshal bool into Go struct field response.warnings of type string'],
    [{ response: [] }, 'json: cannot unmarshal array into Go struct field response of type object'],
    ['x', 'json: cannot unmarshal string into Go struct field  of type object'],
  ])('refuses %j', (value, message) => {
    expect(() => shaped(value, SHAPE)).toThrow(message)
  })
})
