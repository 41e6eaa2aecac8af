import { describe, expect, test } from '@jest/globals'
import { attachedVolumeName, attachmentNameOf, volumeIdOf } from './volume-names.ts'

const id = { driver: 'csi.example.com', volumeHandle: 'a^b' }

describe('volumeIdOf()', () => {
  test('reads what attachedVolumeName() wrote, whatever the handle', () => {
    expect(attachedVolumeName(id)).toBe('kubernetes.io/csi/csi.example.com^a^b')
    expect(volumeIdOf(attachedVolumeName(id))).toEqual(id)
  })

  test.each(['kubernetes.io/aws-ebs/vol-1', 'kubernetes.io/csi/driver'])('knows no volume of %s', (name) => {
    expect(volumeIdOf(name)).toBeUndefined()
  })
})

describe('attachmentNameOf()', () => {
  test('is the digest of handle, driver and node, as upstream names attachments', () => {
    // printf 'vol-1csi.example.comnode-1' | sha256sum
    expect(attachmentNameOf({ driver: 'csi.example.com', volumeHandle: 'vol-1' }, 'node-1')).toBe(
      'csi-b74c7fc125891ffa0d0f2e0d645733e3fae7fba3066e76500a771ea08be9da28',
    )
  })
})
