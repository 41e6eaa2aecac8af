import { expect, test } from '@jest/globals'
import { compareVersions } from './version-order.ts'

test('compareVersions() prefers mature, then high versions', () => {
  expect(['foo1', 'v1alpha1', 'v1', 'v10', 'v2beta1', 'v1beta2', 'v2', 'foo10', 'v12alpha1', 'v11beta2'].sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v2beta1',
    'v1beta2',
    'v12alpha1',
    'v1alpha1',
    'foo1',
    'foo10',
  ])
})
