import { describe, expect, test } from '@jest/globals'
import { projectNames } from './project-names.ts'

describe('projectNames()', () => {
  test.each([
    ['demo', {}, { kind: 'Demo', plural: 'demos', singular: 'demo', variable: 'demo', group: 'example.com' }],
    ['web-shop', { group: 'shop.example.org' }, { kind: 'WebShop', plural: 'webshops', variable: 'webShop', group: 'shop.example.org' }],
    ['policy', {}, { kind: 'Policy', plural: 'policies' }],
    ['key', {}, { plural: 'keys' }],
    ['box', {}, { plural: 'boxes' }],
    ['x', { kind: 'Class' }, { kind: 'Class', plural: 'classes' }],
  ])('makes of %s %j what is usual', (name, options, names) => {
    expect(projectNames(name, options)).toMatchObject({ name, ...names })
  })

  test.each([
    ['Demo', {}, 'Cannot use the name "Demo": it must be lower-case letters'],
    ['1st', {}, 'Cannot use the name "1st"'],
    ['a-', {}, 'Cannot use the name "a-"'],
    ['a'.repeat(53), {}, 'have at most 52 of them'],
    ['demo', { group: 'example' }, 'Cannot use the group "example": it must be a DNS name with a dot'],
    ['demo', { group: 'apps.k8s.io' }, 'it is reserved for Kubernetes'],
    ['demo', { kind: 'web-shop' }, 'Cannot use the kind "web-shop"'],
    ['config-map', {}, 'Cannot use the kind "ConfigMap": the controller uses this name for something else; choose another with --kind'],
  ])('refuses %s %j', (name, options, message) => {
    expect(() => projectNames(name, options)).toThrow(message)
  })
})
