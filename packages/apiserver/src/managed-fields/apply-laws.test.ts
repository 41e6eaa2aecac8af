import { describe, expect, test } from '@jest/globals'
import { deepEqual, isStatusError, type KubeObject, type ManagedFieldsEntry } from '@kubetape/apimachinery'
import fc from 'fast-check'
import { type Applied, applyConfiguration } from './apply-configuration.ts'
import { difference, EMPTY_SET, type FieldSet, intersection, isEmptySet, union } from './field-set.ts'
import { appliedFields } from './applied-fields.ts'
import { fieldsOfEntry } from './managed-entries.ts'
import { withNamedFields } from './named-fields.ts'
import { singleForm } from './object-forms.ts'
import type { StructuralSchema } from './schema-shape.ts'
import { structuralTracker } from './structural-tracker.ts'

const API_VERSION = 'example.com/v1'
const text: StructuralSchema = { type: 'string' }
const item: StructuralSchema = { type: 'object', properties: { name: text, port: { type: 'integer', default: 80 }, value: text } }

/** Every kind of list and map that there is, nested in each other. */
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        scalar: { type: 'integer' },
        atomic: { type: 'array', items: text },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text, b: text } } },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'port'],
          items: { ...item, properties: { ...item.properties, set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text } } },
        },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
}
const tracker = structuralTracker(schema)
const forms = singleForm(API_VERSION, tracker)

const letter = fc.constantFrom('a', 'b', 'c')
const set = fc.uniqueArray(letter, { minLength: 1, maxLength: 3 })
const named = fc.record({ name: letter, port: fc.constantFrom(1, 80), value: letter, set }, { requiredKeys: ['name', 'port'] })
const spec = fc.record(
  {
    scalar: fc.nat(2),
    atomic: fc.array(letter, { minLength: 1, maxLength: 3 }),
    whole: fc.dictionary(letter, letter, { minKeys: 1 }),
    set,
    map: fc.dictionary(letter, fc.record({ a: letter, b: letter }, { requiredKeys: ['a'] }), { minKeys: 1 }),
    items: fc.uniqueArray(named, { minLength: 1, maxLength: 3, selector: ({ name, port }) => `${name} ${port}` }),
    open: fc.dictionary(letter, fc.oneof(letter, fc.dictionary(letter, fc.nat(2), { minKeys: 1 })), { minKeys: 1 }),
  },
  { requiredKeys: [] },
)
type Spec = Record<string, unknown>
const manager = fc.constantFrom('one', 'two', 'three')
const step = fc.record({ manager, spec, force: fc.boolean() })

const configuration = (wanted: Spec): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'Gadget',
  metadata: { name: 'g' },
  ...(Object.keys(wanted).length === 0 ? {} : { spec: wanted }),
})

let seconds = 0

/** The object after an apply, as it is stored; the live one where it conflicts. */
function applied(live: KubeObject | undefined, by: string, wanted: Spec, force = true): KubeObject | undefined {
  let outcome: Applied
  try {
    outcome = applyConfiguration({
      tracker,
      forms,
      live,
      applied: configuration(wanted),
      manager: by,
      apiVersion: API_VERSION,
      time: `2024-01-01T00:00:00Z+${seconds++}`,
      subresource: '',
      reset: EMPTY_SET,
      force,
    })
  } catch (error) {
    if (!isStatusError(error)) throw error
    return live
  }
  const { object, entries } = outcome
  return { ...object, metadata: { ...object.metadata, uid: 'u', ...(entries.length === 0 ? {} : { managedFields: [...entries] }) } }
}

type Step = { manager: string; spec: Spec; force: boolean }
const play = (steps: readonly Step[]): KubeObject | undefined =>
  steps.reduce<KubeObject | undefined>((live, one) => applied(live, one.manager, one.spec, one.force), undefined)

const entries = (object: KubeObject | undefined): readonly ManagedFieldsEntry[] => object?.metadata?.managedFields ?? []
const ownedBy = (object: KubeObject | undefined, by: string): FieldSet =>
  fieldsOfEntry(entries(object).find((entry) => entry.manager === by) ?? {})
const fieldsIn = (object: KubeObject | undefined): FieldSet => withNamedFields(tracker.shape, tracker.fieldsOf(object ?? {}))
/** The values of fields, in whatever order lists with keys are. */
const sameFields = (a: KubeObject, b: KubeObject): boolean => {
  const { changed, removed } = tracker.compare(a, b)
  return isEmptySet(changed) && isEmptySet(removed)
}

describe('applyConfiguration() keeps the laws of merging', () => {
  test('an apply that comes twice changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (before, last) => {
        const once = applied(play(before), last.manager, last.spec)
        expect(applied(once, last.manager, last.spec, false)).toEqual(once)
      }),
    )
  })

  test('what is applied is there, and its applier owns it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (before, last) => {
        const after = applied(play(before), last.manager, last.spec)
        const wanted = configuration(last.spec)
        const { removed } = tracker.compare(wanted, after!)
        expect(removed).toEqual(EMPTY_SET)
        expect(ownedBy(after, last.manager)).toEqual(tracker.fieldsOf(wanted))
      }),
    )
  })

  test('what an applier leaves out goes where nobody else owns it', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), spec, (before, wanted) => {
        const live = play(before)
        const by = before[0]!.manager
        const after = applied(live, by, wanted)
        const owned = entries(after).map(fieldsOfEntry).reduce(union, EMPTY_SET)
        const orphaned = difference(ownedBy(live, by), owned)
        expect(intersection(appliedFields(tracker.shape, after), orphaned)).toEqual(EMPTY_SET)
      }),
    )
  })

  test('owners own only fields that the object has', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const object = play(steps)
        for (const entry of entries(object)) expect(difference(fieldsOfEntry(entry), fieldsIn(object))).toEqual(EMPTY_SET)
      }),
    )
  })

  test('two who own a field agree on it: changing it takes it from the other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), spec, (before, wanted) => {
        const live = play(before)
        const after = applied(live, 'me', wanted)!
        const { changed } = tracker.compare(live, after)
        for (const entry of entries(after)) {
          if (entry.manager === 'me') continue
          const kept = fieldsOfEntry(entry)
          expect(difference(kept, difference(kept, changed))).toEqual(EMPTY_SET)
        }
      }),
    )
  })

  test('without force nobody loses what is owned to a change of its value', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), spec, (before, wanted) => {
        const live = play(before)
        const after = applied(live, 'me', wanted, false)
        for (const entry of entries(live)) if (entry.manager !== 'me') expect(ownedBy(after, entry.manager!)).toEqual(fieldsOfEntry(entry))
      }),
    )
  })

  test('appliers of different fields may come in any order', () => {
    fc.assert(
      fc.property(spec, fc.subarray(['scalar', 'atomic', 'whole', 'set', 'map', 'items', 'open']), (wanted, mine) => {
        const part = (isMine: boolean): Spec =>
          Object.fromEntries(Object.entries(wanted).filter(([name]) => mine.includes(name) === isMine))
        const steps = [
          { manager: 'one', spec: part(true), force: false },
          { manager: 'two', spec: part(false), force: false },
        ]
        const [forth, back] = [play(steps), play([...steps].reverse())]
        expect(sameFields(forth!, back!)).toBe(true)
        for (const by of ['one', 'two']) expect(deepEqual(ownedBy(forth, by), ownedBy(back, by))).toBe(true)
      }),
    )
  })

  test('who applies nothing any more owns nothing, and takes nothing away that others own', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
        const live = play(steps)
        const after = applied(live, 'one', {})
        expect(ownedBy(after, 'one')).toEqual(EMPTY_SET)
        for (const by of ['two', 'three']) expect(ownedBy(after, by)).toEqual(ownedBy(live, by))
        // All that the first did not own is still there.
        const named = withNamedFields(tracker.shape, ownedBy(live, 'one'))
        expect(difference(difference(fieldsIn(live), named), fieldsIn(after))).toEqual(EMPTY_SET)
      }),
    )
  })
})
