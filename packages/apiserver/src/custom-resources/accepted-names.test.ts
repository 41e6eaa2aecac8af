import { describe, expect, test } from '@jest/globals'
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '@kubetape/api/types/apiextensions/v1'
import { judgeNames } from './accepted-names.ts'

const names = { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList', shortNames: ['gz'] }
const definition = (asked: CustomResourceDefinitionNames, accepted?: CustomResourceDefinitionNames): CustomResourceDefinition => ({
  metadata: { name: `${asked.plural}.example.com` },
  spec: { group: 'example.com', scope: 'Namespaced', names: asked, versions: [] },
  status: accepted === undefined ? {} : { acceptedNames: accepted },
})

describe('judgeNames()', () => {
  test('gives free names, and says that the resource is being installed', () => {
    const fresh = definition(names)
    expect(judgeNames(fresh, [fresh])).toEqual({
      acceptedNames: names,
      namesAccepted: { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      established: { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' },
    })
  })

  test('keeps what is taken from a second definition, and tells the last conflict', () => {
    const asked = { ...names, plural: 'others', singular: 'other', listKind: 'OtherList' }
    const second = definition(asked)
    const { acceptedNames, namesAccepted, established } = judgeNames(second, [definition(names, names), second])
    expect(acceptedNames).toEqual({ plural: 'others', singular: 'other', kind: '', listKind: 'OtherList' })
    expect(namesAccepted).toMatchObject({ status: 'False', reason: 'KindConflict', message: '"Gadget" is already in use' })
    expect(established).toMatchObject({ status: 'False', reason: 'NotAccepted' })
  })

  test('counts the short names that are its own already as free', () => {
    const asked = { ...names, shortNames: ['gz', 'gd'] }
    const own = definition(asked, names)
    expect(judgeNames(own, [own]).acceptedNames.shortNames).toEqual(['gz', 'gd'])
    const taken = definition({ ...names, plural: 'x', singular: 'y', kind: 'X', listKind: 'XList', shortNames: ['gz', 'gadget'] })
    expect(judgeNames(taken, [own, taken]).namesAccepted).toMatchObject({
      reason: 'ShortNamesConflict',
      message: '["gz" is already in use, "gadget" is already in use]',
    })
  })

  test('leaves established what is established, whatever its later names', () => {
    const own = definition({ ...names, singular: 'other' }, names)
    const established = { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'm' }
    own.status!.conditions = [established]
    const judged = judgeNames(own, [own, definition({ plural: 'other', kind: 'O' }, { plural: 'other', kind: 'O' })])
    expect(judged.namesAccepted).toMatchObject({ status: 'False', reason: 'SingularConflict' })
    expect(judged.established).toBe(established)
  })
})
