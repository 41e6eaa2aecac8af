import { describe, expect, test } from '@jest/globals'
import { compileJsonPath, JsonPathError } from './json-path.ts'

const OBJECT = {
  spec: { n: 3, names: ['a', 'b', 'c'], 'dotted.name': 'd' },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Other', status: 'False', n: 5 },
    ],
  },
}

describe('compileJsonPath()', () => {
  test.each([
    ['.spec.n', [3]],
    ['.', [OBJECT]],
    ['.spec.none.deeper', []],
    ['.spec.names[0]', ['a']],
    ['.spec.names[-1]', ['c']],
    ['.spec.names[7]', []],
    ['.spec.names[*]', ['a', 'b', 'c']],
    ['.spec.names[0:2]', ['a', 'b']],
    ['.spec.names[::2]', ['a', 'c']],
    ['.spec.names[0,2]', ['a', 'c']],
    [".spec['dotted.name']", ['d']],
    ['.spec.dotted\\.name', ['d']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type != 'Ready')].status", ['False']],
    ['.status.conditions[?(@.n > 2)].type', ['Other']],
    ['.status.conditions[?(@.none)].type', []],
    ['..type', ['Ready', 'Other']],
  ])('finds by %s', (path, found) => {
    expect(compileJsonPath(path)(OBJECT)).toEqual(found)
  })

  test.each(['.a[', '.a[x]', '.a[]', '.a[?(@.b==c)]', 'a'])('refuses %s', (path) => {
    expect(() => compileJsonPath(path)).toThrow(JsonPathError)
  })
})
