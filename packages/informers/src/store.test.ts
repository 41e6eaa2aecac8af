import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { createStore, type StoreChange } from './store.ts'
import { pod } from './testing/pods.ts'

const byColour = { colour: (object: KubeObject) => Object.keys(object.metadata?.labels ?? {}) }

/** A change as "type key@version (previous version)". */
const brief = (change: StoreChange<KubeObject> | undefined): string | undefined =>
  change &&
  `${change.type} ${change.object.metadata!.name}@${change.object.metadata!.resourceVersion}${change.previous ? ` (${change.previous.metadata!.resourceVersion})` : ''}${change.initial ? ' initial' : ''}`

/** A store that has listed these. */
function listed(objects: readonly KubeObject[], resourceVersion: string | number) {
  const parts = createStore<KubeObject>(byColour)
  parts.writer.replace(objects, String(resourceVersion))
  return { ...parts, shown: (key: string) => parts.store.get(`a/${key}`)?.metadata?.resourceVersion }
}

describe('createStore()', () => {
  test('shows nothing before the first listing', () => {
    const { store } = createStore()
    expect([store.size, store.resourceVersion, store.list(), store.get('a/one')]).toEqual([0, '', [], undefined])
  })

  test('lists in order of keys, all or one namespace', () => {
    const { store, writer } = listed([pod('b/two', 2), pod('a/two', 1)], 5)
    writer.apply(pod('a/one', 6))
    writer.apply(pod('a/two', 7))
    const keys = (namespace?: string): string[] => store.list(namespace).map(({ metadata }) => `${metadata!.namespace}/${metadata!.name}`)
    expect(keys()).toEqual(['a/one', 'a/two', 'b/two'])
    expect(keys('')).toEqual(keys())
    expect(keys('a')).toEqual(['a/one', 'a/two'])
    expect(keys('none')).toEqual([])
  })

  test('keeps indexes through additions, changes of value, deletions and replacement', () => {
    const { store, writer } = listed([pod('one', 1, { red: '', blue: '' }), pod('two', 2, { red: '' })], 5)
    const found = (value: string): string[] =>
      store.byIndex('colour', value).map(({ metadata }) => `${metadata!.name}@${metadata!.resourceVersion}`)
    expect([found('red'), found('blue'), found('green')]).toEqual([['one@1', 'two@2'], ['one@1'], []])
    writer.apply(pod('one', 6, { green: '', red: '' }))
    expect([found('red'), found('blue'), found('green')]).toEqual([['one@6', 'two@2'], [], ['one@6']])
    writer.remove(pod('one', 7))
    expect([found('red'), found('green')]).toEqual([['two@2'], []])
    writer.replace([pod('three', 8, { blue: '' })], '9')
    expect([found('red'), found('blue')]).toEqual([[], ['three@8']])
  })

  test('keeps indexes through own writes that are shown and taken back', () => {
    const { store, writer } = listed([pod('one', 1, { red: '' })], 5)
    const found = (value: string): number => store.byIndex('colour', value).length
    writer.wrote(pod('one', 8, { blue: '' }), false)
    writer.wrote(pod('other', 9, { blue: '' }), false)
    expect([found('red'), found('blue')]).toEqual([0, 2])
    writer.bookmark('10')
    expect([found('red'), found('blue')]).toEqual([1, 0])
  })

  test('throws for an index that is not there', () => {
    expect(() => listed([], 1).store.byIndex('size', 'x')).toThrow('Cannot look up index "size": the store has colour, namespace')
  })
})

describe('StoreWriter', () => {
  test('`apply()` and `remove()` answer what changed against what was there', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    expect(brief(writer.apply(pod('one', 6)))).toBe('updated one@6 (1)')
    expect(brief(writer.apply(pod('two', 7)))).toBe('added two@7')
    expect(brief(writer.remove(pod('one', 8)))).toBe('deleted one@8 (6)')
    expect(brief(writer.remove(pod('never', 9)))).toBeUndefined()
    expect([shown('one'), shown('two'), store.resourceVersion]).toEqual([undefined, '7', '9'])
  })

  test('`replace()` answers the differences: what is new, changed, gone or recreated, and nothing of what stayed', () => {
    const { store, writer } = listed([pod('same', 1), pod('changed', 2), pod('gone', 3), pod('recreated', 4, {}, 'first')], 5)
    const changes = writer.replace([pod('same', 1), pod('changed', 7), pod('recreated', 8, {}, 'second'), pod('new', 9)], '10')
    expect(changes.map(brief)).toEqual([
      'updated changed@7 (2)',
      'deleted recreated@4 (4)',
      'added recreated@8',
      'added new@9',
      'deleted gone@3 (3)',
    ])
    expect([store.size, store.resourceVersion]).toEqual([4, '10'])
  })

  test('`replace()` marks what the first listing brings, and nothing later', () => {
    const { writer } = createStore<KubeObject>()
    expect(writer.replace([pod('one', 1)], '5').map(brief)).toEqual(['added one@1 initial'])
    expect(writer.replace([pod('one', 6), pod('two', 7)], '8').map(brief)).toEqual(['updated one@6 (1)', 'added two@7'])
    expect(brief(writer.apply(pod('three', 9)))).toBe('added three@9')
  })

  test('`bookmark()` moves the resourceVersion and nothing else', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.bookmark('9')
    expect([store.resourceVersion, shown('one')]).toEqual(['9', '1'])
  })
})

describe('StoreWriter.wrote()', () => {
  test('shows the write at once, lists it as pending and makes no change', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), false)
    writer.wrote(pod('two', 9), false)
    expect([shown('one'), shown('two'), store.resourceVersion]).toEqual(['8', '9', '5'])
    expect(store.pendingWrites()).toEqual([
      { key: 'a/one', resourceVersion: '8' },
      { key: 'a/two', resourceVersion: '9' },
    ])
  })

  test('an older event makes its change but does not take the write back', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), false)
    expect(brief(writer.apply(pod('one', 6)))).toBe('updated one@6 (1)')
    expect(shown('one')).toBe('8')
    expect(store.pendingWrites()).toHaveLength(1)
    expect(brief(writer.apply(pod('one', 8)))).toBe('updated one@8 (6)')
    expect(store.pendingWrites()).toEqual([])
  })

  test('the equal event is the change that everybody else needs: not against the own write but against what came before', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), false)
    writer.wrote(pod('two', 9), false)
    expect(brief(writer.apply(pod('one', 8)))).toBe('updated one@8 (1)')
    expect(brief(writer.apply(pod('two', 9)))).toBe('added two@9')
    expect([shown('one'), shown('two'), store.pendingWrites()]).toEqual(['8', '9', []])
  })

  test('a newer event takes its place', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), false)
    expect(brief(writer.apply(pod('one', 12)))).toBe('updated one@12 (1)')
    expect([shown('one'), store.pendingWrites()]).toEqual(['12', []])
    writer.wrote(pod('one', 8), false)
    expect(shown('one')).toBe('12')
  })

  test('a deletion after it takes it away', () => {
    const { writer, shown, store } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), false)
    expect(brief(writer.remove(pod('one', 9)))).toBe('deleted one@9 (1)')
    expect([shown('one'), store.pendingWrites()]).toEqual([undefined, []])
    writer.wrote(pod('new', 11), false)
    writer.remove(pod('new', 12))
    expect(shown('new')).toBeUndefined()
  })

  test('a deletion before it, of the object of the same name, makes its change and leaves the write', () => {
    const { writer, shown } = listed([pod('one', 1, {}, 'first')], 5)
    writer.wrote(pod('one', 9, {}, 'second'), false)
    expect(brief(writer.remove(pod('one', 8, {}, 'first')))).toBe('deleted one@8 (1)')
    expect(shown('one')).toBe('9')
    expect(brief(writer.apply(pod('one', 9, {}, 'second')))).toBe('added one@9')
  })

  test('an own deletion hides the object, and the event that follows is still a deletion', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 8), true)
    expect([shown('one'), store.size]).toEqual([undefined, 0])
    expect(brief(writer.apply(pod('one', 7)))).toBe('updated one@7 (1)')
    expect(shown('one')).toBeUndefined()
    expect(brief(writer.remove(pod('one', 8)))).toBe('deleted one@8 (7)')
    expect(store.pendingWrites()).toEqual([])
  })

  test('of several own writes the newest is shown, in whatever order their answers come', () => {
    const { writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 9), false)
    writer.wrote(pod('one', 8), false)
    expect(shown('one')).toBe('9')
    writer.wrote(pod('one', 10), false)
    expect(shown('one')).toBe('10')
    expect(brief(writer.apply(pod('one', 8)))).toBe('updated one@8 (1)')
    expect(shown('one')).toBe('10')
  })

  test('is ignored when the watch has passed it, or when its version has no order', () => {
    const { store, writer, shown } = listed([pod('one', 1)], 5)
    writer.wrote(pod('one', 5), false)
    writer.wrote(pod('one', 'opaque'), false)
    writer.wrote({ metadata: { namespace: 'a', name: 'one' } }, false)
    expect([shown('one'), store.pendingWrites()]).toEqual(['1', []])
  })

  test.each(['a bookmark', 'an event of another object', 'a listing'])(
    'is taken back when %s shows that the watch passed it without delivering it',
    (how) => {
      const { store, writer, shown } = listed([pod('one', 1)], 5)
      writer.wrote(pod('one', 8), false)
      writer.wrote(pod('foreign', 9), false)
      if (how === 'a bookmark') writer.bookmark('9')
      else if (how === 'a listing') expect(writer.replace([pod('one', 1)], '9').map(brief)).toEqual([])
      else writer.apply(pod('other', 10))
      expect([shown('one'), shown('foreign'), store.pendingWrites()]).toEqual(['1', undefined, []])
    },
  )

  test('outlives a listing that is older, and the listing makes its changes as without it', () => {
    const { store, writer, shown } = listed([pod('one', 1), pod('two', 2)], 5)
    writer.wrote(pod('one', 12), false)
    writer.wrote(pod('two', 13), true)
    writer.wrote(pod('new', 14), false)
    expect(writer.replace([pod('one', 7), pod('two', 8)], '10').map(brief)).toEqual(['updated one@7 (1)', 'updated two@8 (2)'])
    expect([shown('one'), shown('two'), shown('new'), store.pendingWrites().length]).toEqual(['12', undefined, '14', 3])
    expect(writer.replace([pod('new', 14)], '15').map(brief)).toEqual(['added new@14', 'deleted one@7 (7)', 'deleted two@8 (8)'])
    expect([store.size, store.pendingWrites()]).toEqual([1, []])
  })
})
