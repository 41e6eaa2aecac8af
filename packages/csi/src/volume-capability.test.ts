import { describe, expect, test } from '@jest/globals'
import { accessModeOf, jointAccessModeOf, SINGLE_NODE_MULTI_WRITER, volumeCapabilityOf } from './volume-capability.ts'

const TELLS = [SINGLE_NODE_MULTI_WRITER]

describe('jointAccessModeOf()', () => {
  test.each([
    { modes: ['ReadWriteOnce'], plain: 'SINGLE_NODE_WRITER', telling: 'SINGLE_NODE_MULTI_WRITER' },
    { modes: ['ReadWriteOncePod'], plain: 'SINGLE_NODE_WRITER', telling: 'SINGLE_NODE_SINGLE_WRITER' },
    { modes: ['ReadOnlyMany'], plain: 'MULTI_NODE_READER_ONLY', telling: 'MULTI_NODE_READER_ONLY' },
    { modes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'], plain: 'MULTI_NODE_MULTI_WRITER', telling: 'MULTI_NODE_MULTI_WRITER' },
  ])('is $plain or $telling for $modes', ({ modes, plain, telling }) => {
    expect([jointAccessModeOf(modes, []), jointAccessModeOf(modes, TELLS)]).toEqual([plain, telling])
  })

  test.each([
    { modes: undefined, message: 'not set' },
    { modes: ['ReadWriteOnce', 'ReadOnlyMany'], message: 'CSI does not support ReadOnlyMany and ReadWriteOnce' },
    { modes: ['ReadWriteOncePod', 'ReadOnlyMany'], message: 'CSI does not support ReadWriteOncePod and other' },
    { modes: ['Sometimes'], message: 'unsupported AccessMode combination: [Sometimes]' },
  ])('refuses $modes', ({ modes, message }) => {
    expect(() => jointAccessModeOf(modes, TELLS)).toThrow(message)
  })
})

describe('volumeCapabilityOf()', () => {
  test('tells a block device from a file system with its options', () => {
    const accessMode = accessModeOf('ReadWriteOnce', [])!
    expect(volumeCapabilityOf({ volumeMode: 'Block', mountOptions: ['ro'] }, accessMode)).toEqual({ accessMode })
    expect(volumeCapabilityOf({ mountOptions: ['noatime'], csi: { fsType: 'xfs' } }, accessMode)).toEqual({
      accessMode,
      mount: { fsType: 'xfs', mountFlags: ['noatime'] },
    })
  })
})
