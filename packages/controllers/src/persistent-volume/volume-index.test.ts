import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { parseQuantity } from '@kubetape/apimachinery'
import { type Random, seededRandom } from '@kubetape/determinism'
import { createStore } from '@kubetape/informers'
import { classNameOf } from './storage-class.ts'
import { attributesClassOf, refersTo, volumeModeOf } from './volume-fit.ts'
import { BY_CLAIM_REFERENCE, byClaimReference, byFreedom, FREE, matchOf } from './volume-index.ts'

type Volume = PersistentVolume
const INDEXES = { [FREE]: byFreedom, [BY_CLAIM_REFERENCE]: byClaimReference }
const ON = { enabled: () => true }
const OFF = { enabled: () => false }
const NOBODY: ReadonlySet<string> = new Set()

const oneOf = <T>(random: Random, values: readonly T[]): T => values[random.nextUint32() % values.length]!
const SIZES = ['1Gi', '1073741824', '1G', '1500m', '3Gi', '20Gi', '0.5', '16Ei']
const MODES = [['ReadWriteOnce'], ['ReadOnlyMany'], ['ReadWriteMany', 'ReadWriteOnce'], ['ReadWriteOncePod']] as const

function volume(random: Random, name: string): Volume {
  const claimRef = { namespace: 'n', name: 'data', ...(random.nextUint32() % 2 === 0 ? { uid: oneOf(random, ['u', 'other']) } : {}) }
  const attributesClass = oneOf(random, [undefined, undefined, 'gold'])
  return {
    metadata: {
      name,
      labels: { speed: oneOf(random, ['fast', 'slow']) },
      ...(random.nextUint32() % 8 === 0 ? { deletionTimestamp: '2024-01-01T00:00:00Z' } : {}),
    },
    spec: {
      capacity: { storage: oneOf(random, SIZES) },
      accessModes: [...oneOf(random, MODES)],
      storageClassName: oneOf(random, ['', 'a']),
      volumeMode: oneOf(random, ['Block', 'Filesystem'] as const),
      ...(attributesClass === undefined ? {} : { volumeAttributesClassName: attributesClass }),
      ...(random.nextUint32() % 6 === 0 ? { claimRef } : {}),
    },
    status: { phase: oneOf(random, ['Available', 'Available', 'Available', 'Pending'] as const) },
  }
}

function claim(random: Random): PersistentVolumeClaim {
  const attributesClass = oneOf(random, [undefined, undefined, 'gold'])
  return {
    metadata: { namespace: 'n', name: 'data', uid: 'u' },
    spec: {
      accessModes: [...oneOf(random, MODES)],
      resources: { requests: { storage: oneOf(random, SIZES) } },
      storageClassName: oneOf(random, ['', 'a']),
      volumeMode: oneOf(random, ['Block', 'Filesystem'] as const),
      ...(attributesClass === undefined ? {} : { volumeAttributesClassName: attributesClass }),
      ...(random.nextUint32() % 3 === 0 ? { selector: { matchLabels: { speed: 'fast' } } } : {}),
    },
  }
}

/** The same choice by looking at every volume: fewest access modes, then a kept one, then the smallest, then by name. */
function bySearch(given: PersistentVolumeClaim, volumes: readonly Volume[], looksAtAttributes: boolean): string | undefined {
  const size = (one: Volume) => parseQuantity(one.spec.capacity!['storage']!)
  const wanted = parseQuantity(given.spec.resources!.requests!['storage']!)
  const fits = volumes.filter((one) => {
    if (one.metadata.deletionTimestamp !== undefined || size(one).compare(wanted) < 0 || volumeModeOf(one) !== volumeModeOf(given))
      return false
    if (looksAtAttributes && attributesClassOf(one) !== attributesClassOf(given)) return false
    if (!given.spec.accessModes!.every((mode) => one.spec.accessModes!.includes(mode))) return false
    if (one.spec.claimRef !== undefined) return refersTo(one, given)
    const hasLabels = given.spec.selector === undefined || one.metadata.labels?.['speed'] === 'fast'
    return one.status?.phase === 'Available' && classNameOf(one) === classNameOf(given) && hasLabels
  })
  const kept = (one: Volume) => (one.spec.claimRef === undefined ? 1 : 0)
  const before = (a: Volume, b: Volume): number =>
    a.spec.accessModes!.length - b.spec.accessModes!.length ||
    kept(a) - kept(b) ||
    (kept(a) === 0 ? 0 : size(a).compare(size(b))) ||
    (a.metadata.name! < b.metadata.name! ? -1 : 1)
  return fits.sort(before)[0]?.metadata.name
}

describe('matchOf()', () => {
  test.each([
    ['on', ON],
    ['off', OFF],
  ])('chooses as one does who looks at every volume, when VolumeAttributesClass is %s', (_, gates) => {
    const random = seededRandom(7)
    let found = 0
    for (let round = 0; round < 400; round++) {
      const { store, writer } = createStore<Volume>(INDEXES)
      for (let at = 0; at < 40; at++) writer.apply(volume(random, `v-${random.nextUint32() % 25}`))
      const given = claim(random)
      const expected = bySearch(given, store.list(), gates === ON)
      expect(matchOf(given, store, { gates, late: false, taken: NOBODY })?.metadata.name).toBe(expected)
      if (expected !== undefined) found++
    }
    expect(found).toBeGreaterThan(80)
  })

  const plain = (name: string, storage: string, spec: Volume['spec'] = {}): Volume => ({
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], ...spec },
    status: { phase: 'Available' },
  })
  const wanting: PersistentVolumeClaim = {
    metadata: { namespace: 'n', name: 'data', uid: 'u' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }

  test('leaves what is taken, and takes only what is kept for the claim when it binds late', () => {
    const { store, writer } = createStore<Volume>(INDEXES)
    for (const one of [plain('a', '1Gi'), plain('b', '1Gi')]) writer.apply(one)
    expect(matchOf(wanting, store, { gates: OFF, late: false, taken: new Set(['a']) })?.metadata.name).toBe('b')
    expect(matchOf(wanting, store, { gates: OFF, late: true, taken: NOBODY })).toBeUndefined()
    writer.apply(plain('c', '9Gi', { claimRef: { namespace: 'n', name: 'data' } }))
    expect(matchOf(wanting, store, { gates: OFF, late: true, taken: NOBODY })?.metadata.name).toBe('c')
  })

  test('looks at few volumes, however many there are', () => {
    const { store, writer } = createStore<Volume>(INDEXES)
    for (let at = 0; at < 20_000; at++) writer.apply(plain(`v-${String(at).padStart(5, '0')}`, `${1 + (at % 8)}Gi`))
    let looks = 0
    const counting: Parameters<typeof matchOf>[1] = {
      byIndex: (index, value) => store.byIndex(index, value),
      firstByIndex: (index, range, passes) => store.firstByIndex(index, range, (one) => (looks++, passes(one))),
    }
    const large = { ...wanting, spec: { ...wanting.spec, resources: { requests: { storage: '8Gi' } } } }
    expect(matchOf(large, counting, { gates: OFF, late: false, taken: NOBODY })?.metadata.name).toBe('v-00007')
    expect(looks).toBe(1)
  })

  test('looks at few volumes when a selector leaves few of many', () => {
    const { store, writer } = createStore<Volume>(INDEXES)
    for (let at = 0; at < 5000; at++) {
      const name = `v-${String(at).padStart(4, '0')}`
      writer.apply({ ...plain(name, '1Gi'), metadata: { name, labels: { shelf: String(at % 1000), zone: 'a' } } })
    }
    let looks = 0
    const counting: Parameters<typeof matchOf>[1] = {
      byIndex: (index, value) => store.byIndex(index, value),
      firstByIndex: (index, range, passes) => store.firstByIndex(index, range, (one) => (looks++, passes(one))),
    }
    const choosy = (selector: object) => ({ ...wanting, spec: { ...wanting.spec, selector } })
    const find = (selector: object) => matchOf(choosy(selector), counting, { gates: OFF, late: false, taken: NOBODY })?.metadata.name
    expect(find({ matchLabels: { shelf: '999', zone: 'a' } })).toBe('v-0999')
    expect(find({ matchExpressions: [{ key: 'shelf', operator: 'In', values: ['998'] }] })).toBe('v-0998')
    expect(find({ matchLabels: { shelf: '997', zone: 'b' } })).toBeUndefined()
    expect(looks).toBe(7)
  })
})
