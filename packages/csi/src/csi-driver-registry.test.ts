import { describe, expect, test } from '@jest/globals'
import { CsiDriverRegistry } from './csi-driver-registry.ts'
import { FakeCsiDriver } from './testing/fake-csi-driver.ts'

describe('CsiDriverRegistry', () => {
  test('knows who is connected, and tells of those who come and go', () => {
    const registry = new CsiDriverRegistry()
    const changed: string[] = []
    registry.changes.subscribe((name) => changed.push(name))
    const [a, b] = [new FakeCsiDriver({ name: 'a' }), new FakeCsiDriver({ name: 'b' })]
    expect(registry.connect(b)).toBe(true)
    expect(registry.connect(a)).toBe(true)
    expect(registry.names()).toEqual(['a', 'b'])
    expect(registry.driver('a')).toBe(a)
    expect(registry.info('b')).toBe(b.info)
    registry.disconnect(b)
    expect([registry.driver('b'), registry.info('b')]).toEqual([undefined, undefined])
    expect(changed).toEqual(['b', 'a', 'b'])
  })

  test('refuses a second driver of a name until the first is gone', () => {
    const registry = new CsiDriverRegistry()
    const [first, second] = [new FakeCsiDriver({ name: 'a' }), new FakeCsiDriver({ name: 'a' })]
    registry.connect(first)
    expect(registry.connect(second)).toBe(false)
    registry.disconnect(second)
    expect(registry.driver('a')).toBe(first)
    registry.disconnect(first)
    expect(registry.connect(second)).toBe(true)
  })
})
