import { describe, expect, test } from '@jest/globals'
import { type ScannedVolume, scanVolumes, type VolumeScan } from './volume-scan.ts'

const entry = (volumeId: string, capacityBytes = 10, condition?: { abnormal: boolean; message: string }) => ({
  volume: { volumeId, capacityBytes, volumeContext: {}, accessibleTopology: [] },
  publishedNodeIds: [],
  ...(condition === undefined ? {} : { condition }),
})
const volume = (name: string, more: Partial<ScannedVolume> = {}): ScannedVolume => ({
  name,
  phase: 'Bound',
  capacityBytes: 10,
  driver: 'd',
  handle: `h-${name}`,
  isDeleting: false,
  ...more,
})
const claim = (name: string, volumeName = '', phase = volumeName === '' ? 'Pending' : 'Bound') => ({
  namespace: 'n',
  name,
  phase,
  volumeName,
})
const scan = (more: Partial<VolumeScan>, entries = [entry('h-a')], before = entries) =>
  scanVolumes({ claims: [], volumes: [], drivers: new Map([['d', { before, after: entries }]]), ...more })
const findings = (rows: ReturnType<typeof scan>): string[] =>
  rows.map(({ claim = '-', volume = '-', handle = '-', finding = 'well', message = '' }) =>
    [claim, volume, handle, finding, message].join(' ').trim(),
  )

describe('scanVolumes()', () => {
  test('shows a claim with its volume and what the driver has of it', () => {
    expect(scan({ claims: [claim('x', 'a')], volumes: [volume('a', { claim: 'n/x' })] })).toEqual([
      { claim: 'n/x', volume: 'a', phase: 'Bound', capacityBytes: 10, driver: 'd', handle: 'h-a', realBytes: 10 },
    ])
  })

  test('shows claims first, then volumes without claim, then leaks', () => {
    const rows = scan(
      {
        claims: [claim('y'), claim('x', 'a')],
        volumes: [volume('b', { phase: 'Released', claim: 'n/gone' }), volume('a', { claim: 'n/x' })],
      },
      ['h-z', 'h-b', 'h-a', 'h-c'].map((id) => entry(id)),
    )
    expect(findings(rows)).toEqual([
      'n/x a h-a well',
      'n/y - - well',
      'n/gone b h-b well',
      '- - h-c leak no PersistentVolume has it',
      '- - h-z leak no PersistentVolume has it',
    ])
  })

  test('takes nothing for a leak or missing that comes or goes while it looks', () => {
    // h-a was made after the first list; h-b had gone before the second.
    expect(findings(scan({}, [entry('h-a')], [entry('h-b')]))).toEqual([])
    expect(findings(scan({ volumes: [volume('c', { isDeleting: true })] }, []))).toEqual(['- c h-c well'])
  })

  test.each<[string, Partial<ScannedVolume>[], ReturnType<typeof entry>[], string]>([
    ['the driver does not have', [{}], [], '- v0 h missing the driver does not have it'],
    ['is smaller', [{}], [entry('h', 9)], '- v0 h smaller it is smaller than its PersistentVolume says'],
    ['has a size that the driver does not tell', [{}], [entry('h', 0)], '- v0 h well'],
    ['is ill', [{}], [entry('h', 10, { abnormal: true, message: 'disk gone' })], '- v0 h abnormal disk gone'],
    ['is well', [{}], [entry('h', 10, { abnormal: false, message: 'fine' })], '- v0 h well'],
    ['two objects have', [{}, {}], [entry('h')], '- v0 h shared v1 has it too'],
    ['two objects of an unknown driver have', [{ driver: 'e' }, { driver: 'e' }], [], '- v0 h shared v1 has it too'],
    ['has the handle of another driver', [{ driver: 'e' }], [], '- v0 h well'],
  ])('says of a volume that it %s', (_, volumes, entries, first) => {
    const scanned = volumes.map((more, index) => volume(`v${index}`, { handle: 'h', ...more }))
    expect(findings(scan({ volumes: scanned }, entries))[0]).toBe(first)
  })

  test('knows claims whose volume is not theirs', () => {
    const rows = scan(
      {
        claims: [claim('x', 'gone', 'Lost'), claim('y', 'a'), claim('z', 'b', 'Pending')],
        volumes: [volume('a', { claim: 'n/q' }), volume('b')],
      },
      [entry('h-a'), entry('h-b')],
    )
    expect(findings(rows)).toEqual([
      'n/x gone - lost there is no such PersistentVolume',
      'n/y a - lost the volume belongs to n/q',
      'n/z b h-b well',
      'n/q a h-a well',
    ])
  })

  test('looks for no storage of volumes that no driver makes', () => {
    const local = { name: 'l', phase: 'Available', capacityBytes: 5, driver: 'local', isDeleting: false }
    expect(scan({ volumes: [local] }, [])).toEqual([{ volume: 'l', phase: 'Available', capacityBytes: 5, driver: 'local' }])
  })
})
