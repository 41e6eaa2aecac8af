import { describe, expect, test } from '@jest/globals'
import { Table } from './table.ts'

describe('Table', () => {
  test('`lines()` puts three spaces between columns and none behind the last', () => {
    expect(
      new Table(['NAME', 'AGE']).lines([
        ['web', '5s'],
        ['database', ''],
      ]),
    ).toEqual(['NAME       AGE', 'web        5s', 'database'])
  })

  test('`lines()` prints the headings once, and keeps the widest column when more rows come', () => {
    const table = new Table(['A', 'B'])
    expect(table.lines([['wide cell', 'x']])).toEqual(['A           B', 'wide cell   x'])
    expect(table.lines([['y', 'z']])).toEqual(['y           z'])
  })

  test('`lines()` leaves the headings out when told to, also of the widths', () => {
    expect(new Table(['A LONG NAME', 'B'], { headers: false }).lines([['a', 'b']])).toEqual(['a   b'])
  })

  test('`lines()` answers nothing for no rows', () => {
    const table = new Table(['A'])
    expect(table.lines([])).toEqual([])
    expect(table.lines([['x']])).toEqual(['A', 'x'])
  })
})
