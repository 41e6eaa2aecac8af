import { describe, expect, test } from '@jest/globals'
import { allResources, tableColumns } from '@kubetape/api'
import { genericStrategies } from './generic-strategies.ts'
import { strategies } from './strategies.ts'

describe('strategies', () => {
  test('name resources that there are', () => {
    const known = new Set(allResources().map(({ group, resource }) => `${group}/${resource}`))
    expect([...strategies.keys()].filter((key) => !known.has(key))).toEqual([])
  })

  test('have subresources that their resources have', () => {
    for (const [key, strategy] of strategies) {
      const there = allResources()
        .filter(({ group, resource }) => key === `${group}/${resource}`)
        .flatMap(({ subresources }) => subresources.map(({ name }) => name))
      for (const name of Object.keys(strategy.subresources ?? {})) expect([key, there.includes(name)]).toEqual([key, true])
    }
  })

  test('of kinds with columns of their own have rows', () => {
    // Kinds whose strategy says only how they live have the default columns until they have their own.
    const generic = new Set(genericStrategies.map(([, strategy]) => strategy))
    const bare = allResources().filter((resource) => {
      const strategy = strategies.get(`${resource.group}/${resource.resource}`)
      return strategy !== undefined && !generic.has(strategy) && tableColumns(resource) !== undefined && strategy.tableRow === undefined
    })
    expect(bare.map(({ resource }) => resource)).toEqual([])
  })
})
