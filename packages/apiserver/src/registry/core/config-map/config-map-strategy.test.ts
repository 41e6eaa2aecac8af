import { describe, expect, test } from '@jest/globals'
import type { ConfigMap } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { configMapStrategy } from './config-map-strategy.ts'
import { base64Bytes } from './data-size.ts'

const runner = new StrategyRunner<ConfigMap>({ group: '', version: 'v1', kind: 'ConfigMap' }, configMapStrategy)
const body = (fields: object): object => ({ metadata: { name: 'demo' }, ...fields })
const MIB = 1024 * 1024
const IMMUTABLE = 'Forbidden: field is immutable when `immutable` is set'

describe('configMapStrategy', () => {
  test.each<[string, object, string[]]>([
    [
      'a key with a blank',
      { data: { 'a b': 'x' } },
      [
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    ['the parent folder', { binaryData: { '..': 'AAEC' } }, ['binaryData[..]: Invalid value: "..": must not be \'..\'']],
    [
      'one key in both',
      { data: { k: 'x' }, binaryData: { k: 'AAEC' } },
      ['data[k]: Invalid value: "k": duplicate of key present in binaryData'],
    ],
    ['more than 1 MiB', { data: { k: 'é'.repeat(MIB / 2) }, binaryData: { b: 'AA==' } }, ['[]: Too long: must have at most 1048576 bytes']],
    ['nothing at exactly 1 MiB', { data: { k: 'x'.repeat(MIB) } }, []],
  ])('refuses %s', (_, fields, expected) => {
    expect(runner.create(body(fields)).errors).toEqual(expected)
  })

  test('changes nothing but metadata once it is immutable', () => {
    const old = runner.create(body({ data: { k: 'x' }, immutable: true })).object
    expect(runner.update(old, (map) => (map.metadata.labels = { a: 'b' })).errors).toEqual([])
    expect(runner.update(old, (map) => delete map.immutable).errors).toEqual([`immutable: ${IMMUTABLE}`])
    expect(runner.update(old, (map) => ((map.data = { k: 'y' }), (map.binaryData = { b: 'AAEC' }))).errors).toEqual([
      `data: ${IMMUTABLE}`,
      `binaryData: ${IMMUTABLE}`,
    ])
  })

  test('counts its keys in its row', () => {
    const { object } = runner.create(body({ data: { a: '1', b: '2' }, binaryData: { c: 'AAEC' } }))
    expect(configMapStrategy.tableRow?.(object, Date.parse('2026-01-02T00:00:00Z'))).toEqual(['demo', 3, '24h'])
  })
})

describe('base64Bytes()', () => {
  test.each([
    ['', 0],
    ['AA==', 1],
    ['AAE=', 2],
    ['AAEC', 3],
  ])('of %j is %i', (text, expected) => {
    expect(base64Bytes(text)).toBe(expected)
  })
})
