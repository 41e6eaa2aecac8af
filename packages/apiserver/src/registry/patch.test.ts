import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../testing/test-server.ts'
import { printGoMap } from './patch.ts'

async function server(): Promise<TestServer> {
  const made = await TestServer.start()
  await made.create('configmaps', { metadata: { name: 'one' }, data: { a: '1' } })
  return made
}

describe('applyPatch()', () => {
  test.each([
    ['json', [{ op: 'add', path: '/data/b', value: '2' }]],
    ['merge', { data: { b: '2' } }],
    ['strategic', { data: { b: '2' } }],
  ] as const)('applies a %s patch', async (type, patch) => {
    expect((await (await server()).patch('configmaps/one', type, patch)).body['data']).toEqual({ a: '1', b: '2' })
  })

  test('refuses with 422 what makes no object of the kind, and shows it', async () => {
    const made = await server()
    const { code, body } = await made.patch('configmaps/one', 'merge', { data: { b: 5 } })
    expect(code).toBe(422)
    expect(body.message).toMatch(
      /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal number into Go struct field ConfigMap\.data of type string$/,
    )
    expect(body.details).toEqual({ causes: [expect.objectContaining({ field: 'patch', reason: 'FieldValueInvalid' })] })
    expect((await made.patch('configmaps/one', 'strategic', { data: { b: 5 } })).body.message).toContain(
      'Invalid value: "map[data:map[b:5]]": cannot convert int64 to string',
    )
  })

  test('refuses another kind and another version', async () => {
    const made = await server()
    expect((await made.patch('configmaps/one', 'merge', { kind: 'Pod' })).body.message).toMatch(
      /: converting \(v1.Pod\) to \(core.ConfigMap\): unknown conversion$/,
    )
    expect((await made.patch('configmaps/one', 'merge', { apiVersion: 'v2' })).body.message).toContain(
      'no kind "ConfigMap" is registered for version "v2"',
    )
  })

  test('names the problems of the patch before those of its result', async () => {
    const made = await server()
    const patch = { data: { m: '2' }, extra: 1 }
    const bodyProblems = ['duplicate field "data.m"']
    expect((await made.patch('configmaps/one', 'merge', patch, { bodyProblems, fieldValidation: 'Strict' })).body.message).toMatch(
      /: strict decoding error: duplicate field "data.m", unknown field "extra"$/,
    )
    expect((await made.patch('configmaps/one', 'merge', patch, { bodyProblems, fieldValidation: 'Ignore' })).warnings).toEqual([])
    expect((await made.patch('configmaps/one', 'merge', { ...patch, data: { m: '3' } }, { bodyProblems })).warnings).toEqual([
      ...bodyProblems,
      'unknown field "extra"',
    ])
  })

  test('refuses to change what the server owns through a patch of an old version', async () => {
    const made = await server()
    expect((await made.patch('configmaps/one', 'merge', { metadata: { resourceVersion: '1' } })).code).toBe(409)
  })
})

describe('checkPatch()', () => {
  test('refuses more operations than allowed', async () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }))
    const { code, body } = await (await server()).patch('configmaps/one', 'json', many)
    expect([code, body.message]).toEqual([
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ])
  })
})

describe('printGoMap()', () => {
  test('prints maps, lists and nothing as Go does', () => {
    expect(printGoMap({ b: [1, 'x'], a: { c: null, d: true } })).toBe('map[a:map[c:<nil> d:true] b:[1 x]]')
  })
})
