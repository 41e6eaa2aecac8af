import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { applyJsonPatch } from './json-patch.ts'
import { deepFreeze } from './json-value.ts'
import { StatusError } from './status-error.ts'

const refusal = (document: unknown, patch: unknown): StatusError => {
  try {
    applyJsonPatch(document, patch)
  } catch (error) {
    expect(error).toBeInstanceOf(StatusError)
    return error as StatusError
  }
  throw new Error('the patch was applied')
}

const document = deepFreeze({ data: { a: '1', b: '2' }, list: ['x', 'y'], 'a/b': { '~c': 1 } })

describe('applyJsonPatch()', () => {
  test.each([
    [{ op: 'add', path: '/data/c', value: '3' }, { data: { a: '1', b: '2', c: '3' } }],
    [{ op: 'add', path: '/data/a', value: { n: 1 } }, { data: { a: { n: 1 }, b: '2' } }],
    [{ op: 'add', path: '/list/-', value: 'z' }, { list: ['x', 'y', 'z'] }],
    [{ op: 'add', path: '/list/0', value: 'z' }, { list: ['z', 'x', 'y'] }],
    [{ op: 'add', path: '/list/2', value: 'z' }, { list: ['x', 'y', 'z'] }],
    [{ op: 'add', path: '/list/-1', value: 'z' }, { list: ['x', 'y', 'z'] }],
    [{ op: 'add', path: '/list/-3', value: 'z' }, { list: ['z', 'x', 'y'] }],
    [{ op: 'add', path: '/data/n' }, { data: { a: '1', b: '2', n: null } }],
    [{ op: 'add', path: 'data/x', value: 1 }, { x: 1 }],
    [{ op: 'add', path: '/__proto__', value: 1 }, {}],
    [{ op: 'remove', path: '/data/a' }, { data: { b: '2' } }],
    [{ op: 'remove', path: '/list/0' }, { list: ['y'] }],
    [{ op: 'remove', path: '/list/-1' }, { list: ['x'] }],
    [{ op: 'replace', path: '/data/none', value: 'x' }, { data: { a: '1', b: '2', none: 'x' } }],
    [{ op: 'replace', path: '/list/1', value: 'z' }, { list: ['x', 'z'] }],
    [{ op: 'replace', path: '/a~1b/~0c', value: 2 }, { 'a/b': { '~c': 2 } }],
    [
      { op: 'move', from: '/data/a', path: '/list/0' },
      { data: { b: '2' }, list: ['1', 'x', 'y'] },
    ],
    [{ op: 'copy', from: '/data/a', path: '/data/c' }, { data: { a: '1', b: '2', c: '1' } }],
    [{ op: 'copy', from: '/data/none', path: '/data/c' }, { data: { a: '1', b: '2', c: null } }],
    [{ op: 'test', path: '/data/a', value: '1' }, {}],
    [{ op: 'test', path: '/data/none', value: null }, {}],
    [{ op: 'test', path: '/data', value: { b: '2', a: '1' } }, {}],
  ])('applies %j', (operation, change) => {
    expect(applyJsonPatch(document, [operation])).toEqual(
      operation.path === '/__proto__'
        ? Object.defineProperty({ ...document }, '__proto__', { value: 1, enumerable: true })
        : { ...document, ...change },
    )
  })

  test.each([
    [{ op: 'remove', path: '/data/none' }, "error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value"],
    [{ op: 'remove', path: '/list/2' }, "error in remove for path: '/list/2': Unable to access invalid index: 2: invalid index referenced"],
    [{ op: 'remove', path: '/list/x' }, 'error in remove for path: \'/list/x\': strconv.Atoi: parsing "x": invalid syntax'],
    [{ op: 'remove', path: '' }, 'remove operation does not apply: doc is missing path: "": missing value'],
    [{ op: 'remove' }, 'remove operation failed to decode path: missing value'],
    [{ op: 'add', path: '/spec/x', value: 1 }, 'add operation does not apply: doc is missing path: "/spec/x": missing value'],
    [{ op: 'add', path: '/data/a/x', value: 1 }, 'add operation does not apply: doc is missing path: "/data/a/x": missing value'],
    [{ op: 'add', path: '/constructor/x', value: 1 }, 'add operation does not apply: doc is missing path: "/constructor/x": missing value'],
    [
      { op: 'add', path: '/list/3', value: 1 },
      "error in add for path: '/list/3': Unable to access invalid index: 3: invalid index referenced",
    ],
    [
      { op: 'add', path: '/list/x', value: 1 },
      "error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
    ],
    [{ op: 'replace', path: '/list/99', value: 1 }, 'replace operation does not apply: doc is missing key: /list/99: missing value'],
    [{ op: 'replace', path: '/none/a', value: 1 }, 'replace operation does not apply: doc is missing path: /none/a: missing value'],
    [
      { op: 'move', from: '/data/none', path: '/x' },
      "error in move for path: 'none': Unable to remove nonexistent key: none: missing value",
    ],
    [{ op: 'move', from: '/none/a', path: '/x' }, 'move operation does not apply: doc is missing from path: /none/a: missing value'],
    [
      { op: 'move', from: '/data/a', path: '/none/x' },
      'move operation does not apply: doc is missing destination path: /none/x: missing value',
    ],
    [{ op: 'move', path: '/x' }, 'move operation failed to decode from: operation, missing from field: missing value'],
    [
      { op: 'copy', from: '/list/9', path: '/x' },
      "error in copy for from: '/list/9': Unable to access invalid index: 9: invalid index referenced",
    ],
    [{ op: 'test', path: '/data/a', value: '2' }, 'testing value /data/a failed: test failed'],
    [{ op: 'test', path: '/none/a', value: '2' }, 'test operation does not apply: is missing path: /none/a: missing value'],
    [{ op: 'frobnicate', path: '/data/x' }, 'Unexpected kind: frobnicate'],
    [{ path: '/data/x' }, 'Unexpected kind: unknown'],
  ])('refuses %j without telling clients why', (operation, cause) => {
    const error = refusal(document, [operation])
    expect(error.status).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    })
    expect((error.cause as Error).message).toBe(cause)
  })

  test('applies all operations or none, in their order', () => {
    const patch = [
      { op: 'copy', from: '/data/a', path: '/data/copied' },
      { op: 'move', from: '/data/b', path: '/data/moved' },
      { op: 'test', path: '/data/moved', value: '2' },
    ]
    expect(applyJsonPatch(document, patch).data).toEqual({ a: '1', copied: '1', moved: '2' })
    refusal(document, [...patch, { op: 'test', path: '/data/moved', value: '3' }])
  })

  test('can replace and test the whole document', () => {
    expect(applyJsonPatch<unknown>(document, [{ op: 'replace', path: '', value: { n: 1 } }])).toEqual({ n: 1 })
    expect(applyJsonPatch(document, [{ op: 'test', path: '', value: document }])).toEqual(document)
    expect((refusal(document, [{ op: 'replace', path: '', value: 1 }]).cause as Error).message).toBe(
      'replace operation value must be object or array',
    )
  })

  test('keeps numbers beyond 2^53', () => {
    expect(applyJsonPatch({ i: 9007199254740993n }, [{ op: 'copy', from: '/i', path: '/j' }])).toEqual({
      i: 9007199254740993n,
      j: 9007199254740993n,
    })
  })

  test('refuses what is no patch', () => {
    expect(refusal({}, { op: 'add' }).status).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    })
    expect(refusal({}, ['x']).message).toBe(
      'error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp',
    )
  })

  test('shares nothing with its inputs', () => {
    const value = deepFreeze({ inner: { n: 1 } })
    const result = applyJsonPatch<Record<string, { inner: { n: number } }>>(deepFreeze({}), [
      { op: 'add', path: '/a', value },
      { op: 'copy', from: '/a', path: '/b' },
    ])
    result['a']!.inner.n = 2
    expect(result['b']!.inner.n).toBe(1)
    expect(value.inner.n).toBe(1)
  })

  test('adding any value anywhere and removing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (object, name, value) => {
        fc.pre(!Object.hasOwn(object, name))
        const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
        const patch = [
          { op: 'add', path, value },
          { op: 'test', path, value },
          { op: 'remove', path },
        ]
        expect(applyJsonPatch(deepFreeze(object), patch)).toEqual(object)
      }),
    )
  })
})
