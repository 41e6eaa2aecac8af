import { describe, expect, test } from '@jest/globals'
import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { cloneJson, deepEqual, deepFreeze } from '@kubetape/apimachinery'
import { LazyMembers } from './lazy-members.ts'

interface Thing {
  kind: string
  spec?: { replicas: number; list: number[] }
  status?: { phase: string }
}
const PLAIN: Thing = { kind: 'Thing', spec: { replicas: 3, list: [1, 2] }, status: { phase: 'Ready' } }

function lazy(): Thing {
  const object: Thing = { kind: 'Thing' }
  const members = new LazyMembers(object)
  members.add('spec', JSON.stringify(PLAIN.spec))
  members.add('status', JSON.stringify(PLAIN.status))
  return object
}

describe('LazyMembers', () => {
  test.each<[string, (thing: Thing) => unknown]>([
    ['keys', (thing) => Object.keys(thing)],
    ['entries', (thing) => Object.entries(thing)],
    [
      'for … in',
      (thing) => {
        const names = []
        for (const name in thing) names.push(name)
        return names
      },
    ],
    ['in and hasOwn', (thing) => ['spec' in thing, Object.hasOwn(thing, 'status'), Object.hasOwn(thing, 'other')]],
    ['spreading', (thing) => ({ ...thing, more: 1 })],
    ['the rest of a pattern', ({ kind: _, ...rest }) => rest],
    ['Object.assign', (thing) => Object.assign({}, thing)],
    ['JSON', (thing) => JSON.stringify(thing)],
    ['JSON with a replacer', (thing) => JSON.stringify(thing, (key, value: unknown) => (key === 'list' ? undefined : value))],
    ['JSON of some members', (thing) => JSON.stringify(thing, ['spec', 'replicas'], 1)],
    ['structuredClone', (thing) => structuredClone(thing)],
    ['cloneJson', (thing) => cloneJson(thing)],
    ['inspection', (thing) => inspect(thing, { depth: 1, breakLength: 20 })],
    ['inspection from further up', (thing) => inspect([{ thing }], { depth: 2 })],
    ['copies of descriptors', (thing) => ({ ...(Object.defineProperties({}, Object.getOwnPropertyDescriptors(thing)) as Thing) })],
    ['a copy that was serialised', (thing) => deserialize(serialize(thing)) as unknown],
    [
      'symbols of its own that are enumerable',
      (thing) => Object.getOwnPropertySymbols(thing).filter((symbol) => Object.prototype.propertyIsEnumerable.call(thing, symbol)),
    ],
    ['the prototype', (thing): unknown => Object.getPrototypeOf(thing)],
    ['who inherits from it', (thing) => (Object.create(thing) as Thing).spec?.replicas],
    ['a proxy before it', (thing) => new Proxy(thing, {}).status?.phase],
    ['its type', (thing) => `${Object.prototype.toString.call(thing)} ${typeof thing.spec} ${Array.isArray(thing.spec?.list)}`],
  ])('are as those of a plain object to %s', (_, look) => {
    expect(look(lazy())).toStrictEqual(look(structuredClone(PLAIN)))
  })

  test('are equal to those of a plain object', () => {
    expect(lazy()).toEqual(PLAIN)
    expect(lazy()).toStrictEqual(PLAIN)
    expect(PLAIN).toMatchObject(lazy())
    expect(lazy()).not.toEqual({ ...PLAIN, status: { phase: 'Failed' } })
    expect(deepEqual(lazy(), PLAIN)).toBe(true)
    deepStrictEqual(lazy(), PLAIN)
  })

  test('are parsed once', () => {
    const thing = lazy()
    expect(thing.spec).toBe(thing.spec)
  })

  test('can be changed, assigned, deleted and defined', () => {
    const thing = lazy()
    thing.spec!.replicas = 4
    thing.status = { phase: 'Failed' }
    expect(thing).toEqual({ kind: 'Thing', spec: { replicas: 4, list: [1, 2] }, status: { phase: 'Failed' } })
    delete thing.status
    Object.defineProperty(thing, 'spec', { value: undefined })
    expect(Object.entries(thing)).toEqual([
      ['kind', 'Thing'],
      ['spec', undefined],
    ])
  })

  test('cannot be changed once the object is frozen', () => {
    const thing = deepFreeze(lazy())
    expect(Object.isFrozen(thing)).toBe(true)
    expect(() => (thing.spec!.replicas = 4)).toThrow(TypeError)
    expect(() => (thing.status = { phase: 'Failed' })).toThrow("Cannot assign to read only property 'status' of object '#<Object>'")
    expect(() => delete thing.status).toThrow(TypeError)
    expect(thing).toEqual(PLAIN)
    const shallow: Thing = Object.freeze(lazy())
    expect(shallow).toEqual(PLAIN)
    expect(() => (shallow.status = { phase: 'Failed' })).toThrow(TypeError)
  })

  test('stay as they are when who inherits from the object assigns them', () => {
    const thing = lazy()
    const heir = Object.create(thing) as Thing
    heir.status = { phase: 'Failed' }
    expect([heir.status, thing.status, Object.keys(heir)]).toEqual([{ phase: 'Failed' }, { phase: 'Ready' }, ['status']])
  })

  test('are apart from those of other objects', () => {
    const [a, b] = [lazy(), lazy()]
    a.spec!.replicas = 9
    expect(b.spec!.replicas).toBe(3)
  })

  test('throw where they are asked for when they are no JSON', () => {
    const object: Record<string, unknown> = {}
    new LazyMembers(object).add('spec', '{"a"}')
    expect(() => object['spec']).toThrow(SyntaxError)
    expect(() => object['spec']).toThrow(SyntaxError)
  })
})
