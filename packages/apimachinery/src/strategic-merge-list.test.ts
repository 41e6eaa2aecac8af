import { describe, expect, test } from '@jest/globals'
import { deepFreeze } from './json-value.ts'
import { StatusError } from './status-error.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'
import { SPEC, source } from './testing/patch-sample.ts'

const apply = (document: unknown, patch: unknown): unknown =>
  applyStrategicMergePatch<unknown>(deepFreeze(document), deepFreeze(patch), SPEC, source)
const refusal = (document: unknown, patch: unknown): StatusError => {
  try {
    apply(document, patch)
  } catch (error) {
    expect(error).toBeInstanceOf(StatusError)
    return error as StatusError
  }
  throw new Error('the patch was applied')
}

const a = {
  name: 'a',
  image: 'a:1',
  env: [
    { name: 'X', value: '1' },
    { name: 'Y', value: '2' },
  ],
  args: ['one', 'two'],
  ports: [{ containerPort: 80 }],
}
const b = { name: 'b', image: 'b:1' }
const spec = {
  containers: [a, b],
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', configMap: { name: 'cm' } },
  ],
  nodeSelector: { zone: 'z' },
}

describe('applyStrategicMergePatch() on lists of objects', () => {
  test('merges elements by their key, lists without a strategy are replaced', () => {
    const patch = {
      containers: [
        {
          name: 'a',
          image: 'a:2',
          env: [
            { name: 'Y', value: '3' },
            { name: 'Z', value: '4' },
          ],
          args: ['only'],
          ports: [{ containerPort: 81 }],
        },
      ],
    }
    expect(apply(spec, patch)).toEqual({
      ...spec,
      containers: [
        {
          name: 'a',
          image: 'a:2',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '3' },
            { name: 'Z', value: '4' },
          ],
          args: ['only'],
          ports: [{ containerPort: 81 }, { containerPort: 80 }],
        },
        b,
      ],
    })
  })

  test('puts new elements before those that the patch does not name', () => {
    expect(apply({ containers: [a, b] }, { containers: [{ name: 'c' }] })).toEqual({ containers: [{ name: 'c' }, a, b] })
    expect(apply({ containers: [a, b] }, { containers: [{ name: 'b', image: 'b:2' }] })).toEqual({
      containers: [a, { name: 'b', image: 'b:2' }],
    })
  })

  test('keeps the order of the patch for what it names', () => {
    const names = (result: unknown): string[] => (result as { containers: { name: string }[] }).containers.map(({ name }) => name)
    const list = ['a', 'b', 'c', 'd'].map((name) => ({ name }))
    expect(names(apply({ containers: list }, { containers: [{ name: 'd' }, { name: 'b' }] }))).toEqual(['a', 'c', 'd', 'b'])
    expect(names(apply({ containers: list }, { containers: [{ name: 'c' }, { name: 'x' }, { name: 'a' }] }))).toEqual([
      'b',
      'c',
      'x',
      'a',
      'd',
    ])
  })

  test('takes out elements marked for deletion, nested ones too', () => {
    const patch = {
      containers: [
        { name: 'b', $patch: 'delete' },
        { name: 'a', env: [{ name: 'X', $patch: 'delete' }] },
      ],
    }
    expect(apply({ containers: [a, b] }, patch)).toEqual({ containers: [{ ...a, env: [{ name: 'Y', value: '2' }] }] })
    expect(apply({ containers: [b, b] }, { containers: [{ name: 'b', $patch: 'delete' }] })).toEqual({ containers: [] })
  })

  test('replaces the list at a directive to replace', () => {
    expect(apply(spec, { containers: [{ $patch: 'replace' }, { name: 'only', image: 'o:1' }] })).toEqual({
      ...spec,
      containers: [{ name: 'only', image: 'o:1' }],
    })
    expect(apply({ containers: [a] }, { containers: [{ $patch: 'replace' }] })).toEqual({ containers: [] })
  })

  test('orders elements as $setElementOrder says', () => {
    expect(
      apply(
        { containers: [a, b] },
        { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'a:3' }] },
      ),
    ).toEqual({
      containers: [b, { ...a, image: 'a:3' }],
    })
    expect(apply({ containers: [a, b] }, { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] })).toEqual({ containers: [b, a] })
    const list = ['x', 'a', 'y', 'b'].map((name) => ({ name }))
    expect(apply({ containers: list }, { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] })).toEqual({
      containers: [{ name: 'x' }, { name: 'y' }, { name: 'b' }, { name: 'a' }],
    })
  })

  test('takes a list that is new under $setElementOrder without its directives', () => {
    const patch = { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'b' }, { name: 'a', $patch: 'delete' }] }
    expect(apply({}, patch)).toEqual({ containers: [{ name: 'b' }] })
    expect(apply({}, { '$setElementOrder/containers': [{ name: 'b' }] })).toEqual({})
  })

  test('compares merge keys that are numbers beyond 2^53', () => {
    expect(
      apply(
        { containers: [{ name: 'a', ports: [{ containerPort: 5n, name: 'x' }] }] },
        { containers: [{ name: 'a', ports: [{ containerPort: 5, name: 'y' }] }] },
      ),
    ).toEqual({
      containers: [{ name: 'a', ports: [{ containerPort: 5, name: 'y' }] }],
    })
  })

  test.each([
    [{ containers: [{ image: 'no-name' }] }, 'map: map[image:no-name] does not contain declared merge key: name'],
    [{ containers: [{ $patch: 'delete' }] }, 'map: map[$patch:delete] does not contain declared merge key: name'],
    [{ containers: [{ name: 'a', $patch: 'explode' }] }, 'unknown patch type: explode in map: map[$patch:explode name:a]'],
    [{ containers: [{ name: 'a', $patch: 5 }] }, 'unknown patch type: %!s(int64=5) in map: map[$patch:5 name:a]'],
    [{ containers: [{ name: 'a', $patch: 'merge' }] }, 'merging lists cannot yet be specified in the patch'],
    [
      { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'unlisted', image: 'x' }] },
      "The order in patch list:\n[map[image:x name:unlisted]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    ],
    [
      { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'b' }, { name: 'a' }] },
      "The order in patch list:\n[map[name:b] map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    ],
    [{ '$setElementOrder/containers': 'a' }, 'expected a []interface {}, but received a string'],
    [{ '$setElementOrder/containers': [], containers: 'a' }, 'expected a []interface {}, but received a string'],
    [{ '$setElementOrder/bogus': [] }, 'unable to find api field in struct Spec for the json field "bogus"'],
    [{ containers: ['a'] }, /^list element types are not identical: \[\[map\[args:.*\]\] \[a\]\]$/],
    [{ keyless: [{ a: 1 }] }, 'cannot merge lists without merge key for struct'],
  ])('answers %j with 500', (patch, message) => {
    const error = refusal({ ...spec, keyless: [{ b: 1 }] }, patch)
    expect(error.message).toMatch(message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`))
    expect(error.status.code).toBe(500)
    expect(error.status.reason).toBeUndefined()
  })

  test('answers lists of lists with 422', () => {
    const error = refusal(spec, { containers: [[]] })
    expect(error.status).toMatchObject({ code: 422, reason: 'Invalid' })
    expect((error.cause as Error).message).toBe('lists of lists are not supported')
  })
})

describe('applyStrategicMergePatch() on lists of scalars', () => {
  const meta = (finalizers: unknown): unknown => ({ metadata: { finalizers } })

  test('merges them as sets in the order of the patch', () => {
    expect(apply(meta(['a']), meta(['b', 'a']))).toEqual(meta(['b', 'a']))
    expect(apply(meta(['a', 'b', 'c']), meta(['c', 'd']))).toEqual(meta(['a', 'b', 'c', 'd']))
    expect(apply(meta(['a']), meta([]))).toEqual(meta(['a']))
  })

  test('takes out what $deleteFromPrimitiveList names', () => {
    expect(apply(meta(['b', 'a']), { metadata: { '$deleteFromPrimitiveList/finalizers': ['a', 'x'] } })).toEqual(meta(['b']))
    expect(apply({ metadata: {} }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({ metadata: {} })
    expect(apply({ metadata: { numbers: [1, 2n] } }, { metadata: { '$deleteFromPrimitiveList/numbers': [2] } })).toEqual({
      metadata: { numbers: [1] },
    })
  })

  test('orders them as $setElementOrder says', () => {
    expect(apply(meta(['c']), { metadata: { '$setElementOrder/finalizers': ['d', 'c'], finalizers: ['d'] } })).toEqual(meta(['d', 'c']))
    expect(apply(meta(['c', 'x', 'd']), { metadata: { '$setElementOrder/finalizers': ['d', 'c'] } })).toEqual(meta(['x', 'd', 'c']))
  })

  test.each([
    [{ $deleteFromPrimitiveList: ['a'] }, 'invalid patch format of primitive list'],
    [{ $deleteFromPrimitiveListfinalizers: ['a'] }, 'invalid patch format of primitive list'],
    [{ $setElementOrder: ['a'] }, 'invalid patch format of setElementOrder list'],
    [{ $retainKeys: 'a' }, 'invalid patch format of retainKeys'],
    [{ $retainKeys: ['a'], b: 1 }, 'invalid patch format of retainKeys'],
  ])('answers %j with 400', (metadata, message) => {
    const error = refusal({ metadata: {} }, { metadata })
    expect(error.status).toMatchObject({ code: 400, reason: 'BadRequest', message })
  })
})
