import { describe, expect, test } from '@jest/globals'
import type { DeletionOptions } from './deletion-options.ts'
import { type DefaultPropagation, setPropagationFinalizers } from './propagation-finalizers.ts'

function after(
  finalizers: string[] | undefined,
  options: DeletionOptions,
  standard: DefaultPropagation = 'background',
): string[] | undefined {
  const draft = { metadata: { name: 'x', ...(finalizers === undefined ? {} : { finalizers }) } }
  setPropagationFinalizers(draft, options, standard)
  return draft.metadata.finalizers
}

describe('setPropagationFinalizers()', () => {
  test.each<[string[] | undefined, DeletionOptions, DefaultPropagation, string[] | undefined]>([
    [undefined, {}, 'background', undefined],
    [undefined, {}, 'orphan', ['orphan']],
    [['a/b'], { propagationPolicy: 'Foreground' }, 'orphan', ['a/b', 'foregroundDeletion']],
    [['a/b'], { orphanDependents: true }, 'background', ['a/b', 'orphan']],
    [['foregroundDeletion'], {}, 'orphan', ['foregroundDeletion']],
    [['foregroundDeletion'], { propagationPolicy: 'Orphan' }, 'background', ['orphan']],
    [['orphan', 'a/b'], { propagationPolicy: 'Background' }, 'background', ['a/b']],
    [['orphan'], { orphanDependents: false }, 'background', undefined],
    [['orphan', 'a/b'], {}, 'background', ['orphan', 'a/b']],
  ])('makes of %j with %j (by default %s) %j', (before, options, standard, expected) => {
    expect(after(before, options, standard)).toEqual(expected)
  })
})
