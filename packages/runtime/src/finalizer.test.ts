import { describe, expect, test } from '@jest/globals'
import { deepFreeze, type KubeObject } from '@kubetape/apimachinery'
import { hasFinalizer, withFinalizer, withoutFinalizer } from './finalizer.ts'

const held: KubeObject = deepFreeze({ metadata: { name: 'x', finalizers: ['a/b', 'c/d'] } })
const free: KubeObject = deepFreeze({ metadata: { name: 'x' } })

describe('finalizers', () => {
  test('`hasFinalizer()` tells', () => {
    expect([hasFinalizer(held, 'a/b'), hasFinalizer(held, 'a'), hasFinalizer(free, 'a/b'), hasFinalizer({}, 'a/b')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test('`withFinalizer()` copies with it at the end, or answers the object itself', () => {
    expect(withFinalizer(held, 'e/f').metadata!.finalizers).toEqual(['a/b', 'c/d', 'e/f'])
    expect(withFinalizer(free, 'e/f')).toEqual({ metadata: { name: 'x', finalizers: ['e/f'] } })
    expect(withFinalizer(held, 'a/b')).toBe(held)
  })

  test('`withoutFinalizer()` copies without it, or answers the object itself', () => {
    expect(withoutFinalizer(held, 'a/b').metadata!.finalizers).toEqual(['c/d'])
    expect(withoutFinalizer(free, 'a/b')).toBe(free)
  })
})
