import { describe, expect, test } from '@jest/globals'
import { pluginSelectionError, selectPlugins } from './plugin-selection.ts'

const chain = [{ name: 'Priority' }, { name: 'NodeRestriction' }, { name: 'ResourceQuota' }]
const names = (selection: object): string[] => selectPlugins(chain, selection).map((one) => one.name)

describe('selectPlugins()', () => {
  test('runs the default plugins, those enabled and none disabled, in the order of the chain', () => {
    expect(names({})).toEqual(['Priority', 'ResourceQuota'])
    expect(names({ enable: ['NodeRestriction'], disable: ['Priority'] })).toEqual(['NodeRestriction', 'ResourceQuota'])
  })
})

describe('pluginSelectionError()', () => {
  test('names what is unknown, and what is both', () => {
    expect(pluginSelectionError({ enable: ['NodeRestriction'] })).toBeUndefined()
    expect(pluginSelectionError({ enable: ['Fantasy'] })).toMatch(
      /^Cannot select admission plugin "Fantasy": there is no such plugin; there are CertificateApproval, /,
    )
    expect(pluginSelectionError({ enable: ['Priority'], disable: ['Priority'] })).toMatch(/it is enabled and disabled$/)
  })
})
