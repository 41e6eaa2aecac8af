import { describe, expect, test } from '@jest/globals'
import { JsonText } from '../schema/json-text.ts'
import { patchProblems } from './patch-problems.ts'

describe('patchProblems()', () => {
  test('finds members that come twice, each once', () => {
    expect(patchProblems(JsonText.read('{"data":{"a":"1","a":"2","a":"3"},"list":[{"x":1,"x":2}]}'), 'merge')).toEqual([
      'duplicate field "data.a"',
      'duplicate field "list[0].x"',
    ])
  })

  test('finds nothing in an ordinary patch', () => {
    expect(patchProblems(JsonText.read('{"data":{"a":"1","b":{"a":"2"}}}'), 'strategic')).toEqual([])
    expect(patchProblems(JsonText.read('[{"op":"test","path":"/a","value":{"b":1}}]'), 'json')).toEqual([])
  })

  test('finds members that an operation of a JSON patch does not have', () => {
    expect(patchProblems(JsonText.read('[{"op":"add","op":"replace","path":"/a","value":1,"unknown":5}]'), 'json')).toEqual([
      'json patch duplicate field "[0].op"',
      'json patch unknown field "[0].unknown"',
    ])
  })
})
