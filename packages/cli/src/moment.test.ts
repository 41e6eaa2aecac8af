import { beforeEach, describe, expect, test } from '@jest/globals'
import { momentOf } from './moment.ts'
import { HandMadeLog } from './testing/hand-made-log.ts'

describe('momentOf()', () => {
  let made: HandMadeLog

  beforeEach(async () => {
    made = new HandMadeLog()
    for (let i = 1; i <= 5; i++)
      await made.append('/configmaps/default/a', i === 1 ? 'create' : 'update', { data: { i } }, { resourceVersion: String(i * 100) })
  })

  test('answers the end of the tape when nothing is asked for', () => {
    expect(momentOf(made.log, undefined)).toEqual({ revision: 5, timeMs: 5000 })
    expect(momentOf(new HandMadeLog().log, undefined)).toEqual({ revision: 0, timeMs: 0 })
  })

  test('tells positions and resourceVersions apart', () => {
    expect(momentOf(made.log, '3')).toEqual({ revision: 3, timeMs: 3000 })
    expect(momentOf(made.log, 'rv:300')).toEqual({ revision: 3, timeMs: 3000 })
    expect(() => momentOf(made.log, 'rv:3')).toThrow('Cannot find the resourceVersion 3: no change on this tape has it')
  })

  test.each([
    ['1970-01-01T00:00:01Z', 1, 1000],
    ['1970-01-01T00:00:02.999Z', 2, 2999],
    ['1970-01-01T01:00:04+01:00', 4, 4000],
    ['1980-01-01T00:00:00Z', 5, 315_532_800_000],
  ])('finds the last revision up to %s', (text, revision, timeMs) => {
    expect(momentOf(made.log, text)).toEqual({ revision, timeMs })
  })

  test('refuses what was compacted away', () => {
    made.log.compact(4)
    expect(() => momentOf(made.log, '3')).toThrow('Cannot read revision 3: the tape was compacted up to 4')
    expect(momentOf(made.log, '4').revision).toBe(4)
  })
})
