import { describe, expect, test } from '@jest/globals'
import { parseFeatureGates } from './feature-gates-flag.ts'

describe('parseFeatureGates()', () => {
  test('reads lists and repeated flags; the last setting wins', () => {
    expect([...parseFeatureGates(['A=true,B=0,', ' C = T ', 'A=false', ''])]).toEqual([
      ['A', false],
      ['B', false],
      ['C', true],
    ])
  })

  test('takes the component of v1.31 and refuses others', () => {
    expect([...parseFeatureGates(['kube:A=true'])]).toEqual([['A', true]])
    expect(() => parseFeatureGates(['wardle:A=true'])).toThrow('component not registered: wardle')
  })

  test.each([
    ['X', 'missing bool value for X'],
    ['A=true,X', 'missing bool value for X'],
    ['X=maybe', 'invalid value of X=maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax'],
    ['X=', 'invalid value of X=, err: strconv.ParseBool: parsing "": invalid syntax'],
    ['X=a=b', 'invalid value of X=a=b, err: strconv.ParseBool: parsing "a=b": invalid syntax'],
  ])('refuses %s with the text of upstream', (value, text) => {
    expect(() => parseFeatureGates([value])).toThrow(expect.objectContaining({ code: 'InvalidFeatureGates', message: text }))
  })
})
