import { describe, expect, test } from '@jest/globals'
import { applyJsonPatch } from './json-patch.ts'
import { diffJson } from './json-patch-diff.ts'
import { parseExactJson } from './exact-json.ts'

describe('diffJson()', () => {
  test.each([
    ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['members that are undefined', { a: 1, b: undefined }, { a: 1, c: undefined }, []],
    ['a changed member', { a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }, [{ op: 'replace', path: '/a/b', value: 3 }]],
    ['a member that goes', { a: 1, b: 2 }, { b: 2 }, [{ op: 'remove', path: '/a' }]],
    ['a member that becomes undefined', { a: 1 }, { a: undefined }, [{ op: 'remove', path: '/a' }]],
    ['a member that was undefined', { a: undefined }, { a: 1 }, [{ op: 'add', path: '/a', value: 1 }]],
    ['null, which is no absence', { a: 1 }, { a: null }, [{ op: 'replace', path: '/a', value: null }]],
    ['a name with signs of pointers', {}, { 'a/b~c': 1 }, [{ op: 'add', path: '/a~1b~0c', value: 1 }]],
    ['another type', { a: { b: 1 } }, { a: [1] }, [{ op: 'replace', path: '/a', value: [1] }]],
    ['the document itself', 1, { a: 1 }, [{ op: 'replace', path: '', value: { a: 1 } }]],
    ['an element before the others', { l: [1, 2, 3] }, { l: [0, 1, 2, 3] }, [{ op: 'add', path: '/l/0', value: 0 }]],
    ['elements after the others', { l: [1] }, { l: [1, 2, 3] }, [2, 3].map((value, at) => ({ op: 'add', path: `/l/${at + 1}`, value }))],
    ['elements that go', { l: [1, 2, 3, 4] }, { l: [1, 4] }, [2, 1].map((at) => ({ op: 'remove', path: `/l/${at}` }))],
    ['a field of an element', { l: [{ n: 'a', v: 1 }] }, { l: [{ n: 'a', v: 2 }] }, [{ op: 'replace', path: '/l/0/v', value: 2 }]],
  ])('tells of %s', (_, before, after, patch) => {
    expect(diffJson(before, after)).toEqual(patch)
    if (before !== 1) expect(applyJsonPatch(before, patch)).toEqual(JSON.parse(JSON.stringify(after)))
  })

  test('keeps integers that numbers cannot hold, and members named __proto__', () => {
    const [before, after] = ['{"a":9007199254740993,"b":1}', '{"a":9007199254740995,"b":1,"__proto__":{"x":1}}'].map(parseExactJson)
    expect(diffJson(before, after)).toEqual([
      { op: 'replace', path: '/a', value: 9007199254740995n },
      { op: 'add', path: '/__proto__', value: { x: 1 } },
    ])
    expect(diffJson(before, before)).toEqual([])
  })

  test('makes what was asked of random documents', () => {
    let state = 1
    const next = (below: number): number => (state = (state * 48271) % 2147483647) % below
    const document = (depth: number): unknown => {
      const kind = depth === 0 ? next(3) : next(5)
      if (kind < 3) return [next(3), null, `t${next(3)}`][kind]
      if (kind === 3) return Array.from({ length: next(5) }, () => document(depth - 1))
      return Object.fromEntries(Array.from({ length: next(4) }, () => [`m${next(4)}`, document(depth - 1)]))
    }
    for (let round = 0; round < 2000; round++) {
      const [before, after] = [{ d: document(4) }, { d: document(4) }]
      expect(applyJsonPatch(before, diffJson(before, after))).toEqual(after)
    }
  })

  test('is linear in the length of lists', () => {
    const list = (shift: number) => ({ l: Array.from({ length: 20_000 }, (_, at) => ({ name: `n${at + shift}` })) })
    expect(diffJson(list(0), list(1))).toHaveLength(20_000)
  })
})
