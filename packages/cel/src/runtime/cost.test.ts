import { describe, expect, test } from '@jest/globals'
import { compileCel } from '../compile-cel.ts'
import { type CelSchema, celTypeOfSchema } from '../types/schema-type.ts'

const string: CelSchema = { type: 'string' }
const integer: CelSchema = { type: 'integer' }
const number: CelSchema = { type: 'number' }
const list = (items: CelSchema, more: object = {}): CelSchema => ({ type: 'array', items, ...more })
const map = (values: CelSchema): CelSchema => ({ type: 'object', additionalProperties: values })
const object = (properties: Record<string, CelSchema>): CelSchema => ({ type: 'object', properties })
const vals = (...schemas: CelSchema[]): CelSchema => object(Object.fromEntries(schemas.map((one, index) => [`val${index + 1}`, one])))
const objs = (...values: unknown[]): object => Object.fromEntries(values.map((one, index) => [`val${index + 1}`, one]))
const mapList = (items: CelSchema, ...keys: string[]): CelSchema =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys })
const pair = object({ k: string, v: string })

/** What v1.31 counts for rules about objects. */
const COSTS: readonly (readonly [string, CelSchema, object, Readonly<Record<string, number>>])[] = [
  [
    'integers',
    vals(integer, integer),
    objs(5, 5),
    { 'self.val1 == self.val2': 5, 'type(self.val1) == int': 4, 'self.val1 + 1 == 5 + 1 || true': 5 },
  ],
  [
    'numbers',
    vals(integer, number, number),
    objs(5, 10.5, 1),
    {
      'double(self.val1) < self.val2': 6,
      'self.val1 < int(self.val2)': 6,
      'double(5) < 10.0': 1,
      '5 < int(10.0)': 1,
      'type(self.val3) == double': 4,
    },
  ],
  [
    'texts',
    vals(string),
    objs('Rook takes 👑'),
    {
      "self.val1.startsWith('Rook')": 4,
      "!self.val1.startsWith('knight')": 5,
      "self.val1.matches('^[^0-9]*$')": 8,
      "!self.val1.matches('^[0-9]*$')": 7,
      'size(self.val1) == 12': 4,
      "self.val1.charAt(3) == 'k'": 4,
      "self.val1.indexOf('o') == 1": 4,
      "self.val1.indexOf('o', 2) == 2": 4,
      "self.val1.replace(' ', 'x') == 'Rookxtakesx👑'": 7,
      "self.val1.split(' ') == ['Rook', 'takes', '👑']": 6,
      "self.val1.substring(5) == 'takes 👑'": 5,
      "self.val1.substring(4, 10).trim() == 'takes'": 6,
      "self.val1.upperAscii() == 'ROOK TAKES 👑'": 6,
    },
  ],
  [
    'bytes and times',
    vals({ type: 'string', format: 'byte' }, { type: 'string', format: 'duration' }, { type: 'string', format: 'date' }),
    objs('QUI=', '1h2m3s4ms', '1997-07-16'),
    {
      "self.val1 == b'AB'": 3,
      'size(self.val1) == 2': 4,
      "self.val2 == duration('1h2m') + duration('3s4ms')": 4,
      'self.val2.getHours() == 1': 4,
      'type(self.val2) == google.protobuf.Duration': 4,
      'self.val3.getDate() == 16': 4,
      "self.val3 == timestamp('1997-07-16T00:00:00.000Z')": 3,
    },
  ],
  [
    'lists',
    vals(list(integer), list(integer)),
    objs([1, 2, 3], [1, 2, 3]),
    {
      '1 in self.val1': 5,
      'self.val2[0] in self.val1': 8,
      '!(0 in self.val1)': 6,
      'self.val1 + self.val2 == [1, 2, 3, 1, 2, 3]': 6,
      'self.val1 + [4, 5] == [1, 2, 3, 4, 5]': 4,
    },
  ],
  [
    'map lists',
    object({ objs: list(mapList(pair, 'k')) }),
    {
      objs: [
        [
          { k: 'a', v: '1' },
          { k: 'b', v: '2' },
        ],
        [
          { k: 'b', v: '2' },
          { k: 'a', v: '1' },
        ],
        [
          { k: 'b', v: '3' },
          { k: 'a', v: '1' },
        ],
        [{ k: 'c', v: '4' }],
      ],
    },
    {
      'self.objs[0] == self.objs[1]': 7,
      'self.objs[0] + self.objs[2] == self.objs[2]': 11,
      'self.objs[0] == [self.objs[0][1], self.objs[0][0]]': 22,
      'self.objs[2] + [self.objs[0][0], self.objs[0][1]] == self.objs[0]': 26,
      'size(self.objs[0] + [self.objs[3][0]]) == 3': 20,
    },
  ],
  [
    'fields',
    object({ a: object({ b: integer, d: integer }), a1: object({ b1: object({ c1: integer }), d2: object({ e2: integer }) }) }),
    { a: { b: 1, d: null }, a1: { b1: { c1: 4 } } },
    {
      'has(self.a.b)': 2,
      'has(self.a1.b1.c1)': 3,
      '!(has(self.a1.d2) && has(self.a1.d2.e2))': 3,
      '!has(self.a1.d2)': 3,
      '!has(self.a.d)': 3,
    },
  ],
  [
    'maps',
    object({ val: map(integer) }),
    { val: { b: 1, d: 2 } },
    {
      "!('a' in self.val)": 4,
      "'b' in self.val": 3,
      '!has(self.val.a)': 3,
      'self.val.all(k, self.val[k] > 0)': 17,
      'self.val.exists_one(k, self.val[k] == 2)': 14,
      '!self.val.exists_one(k, self.val[k] > 0)': 17,
      'size(self.val.filter(k, self.val[k] > 1)) == 1': 26,
    },
  ],
  [
    'macros over map lists',
    object({ listMap: mapList(object({ k: string, v: string, v2: string }), 'k') }),
    {
      listMap: [
        { k: 'a1', v: 'b1' },
        { k: 'a2', v: 'b2' },
        { k: 'a3', v: 'b3', v2: 'z' },
      ],
    },
    {
      'has(self.listMap[0].v)': 3,
      "self.listMap.all(m, m.k.startsWith('a'))": 21,
      "self.listMap.all(m, !has(m.v2) || m.v2 == 'z')": 21,
      "self.listMap.exists(m, m.k.endsWith('1'))": 13,
      "self.listMap.exists_one(m, m.k == 'a3')": 15,
      "!self.listMap.all(m, m.k.endsWith('1'))": 18,
      "!self.listMap.exists(m, m.v == 'x')": 25,
      "size(self.listMap.filter(m, m.k == 'a1')) == 1": 27,
      "self.listMap.exists(m, m.k == 'a1' && m.v == 'b1')": 16,
      "self.listMap.map(m, m.v).exists(v, v == 'b1')": 55,
      "self.listMap.exists(m, has(m.v2) && m.v2 == 'z')": 21,
      "!self.listMap.all(m, has(m.v2) && m.v2 != 'z')": 10,
      "self.listMap.exists_one(m, has(m.v2) && m.v2 == 'z')": 12,
      "self.listMap.filter(m, has(m.v2) && m.v2 == 'z').size() == 1": 24,
      "self.listMap.map(m, has(m.v2) && m.v2 == 'z', m.v2).size() == 1": 25,
      "self.listMap.filter(m, has(m.v2) && m.v2 == 'z').map(m, m.v2).size() == 1": 39,
      "self.listMap.exists(m, m.v2 == 'z')": 24,
      "!self.listMap.all(m, m.v2 != 'z')": 22,
    },
  ],
  [
    'macros over lists',
    object({ array: list(integer) }),
    { array: [1, 1, 2, 2, 3, 3, 4, 5] },
    {
      '2 in self.array': 10,
      'self.array.all(e, e > 0)': 43,
      'self.array.exists(e, e > 2)': 36,
      'self.array.exists_one(e, e > 4)': 22,
      '!self.array.exists(e, e < 0)': 52,
      'size(self.array.filter(e, e%2 == 0)) == 3': 68,
      'self.array.map(e, e * 20).filter(e, e > 50).exists(e, e == 60)': 194,
    },
  ],
  [
    'int or string',
    object({ something: { 'x-kubernetes-int-or-string': true }, available: integer }),
    { something: '25%', available: 10 },
    {
      "type(self.something) == int ? self.something == 1 : self.something == '25%'": 7,
      "type(self.something) == string && self.something == '25%'": 7,
      'self.something != 1': 3,
      "self.something == 1 || self.something == '25%'": 6,
      "self.something != ['anything']": 3,
      "type(self.something) == string && self.something.matches(r'(\\d+(\\.\\d+)?%)')": 10,
    },
  ],
  [
    'fields that are not declared',
    object({
      preserved: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      all: list({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: integer } }),
    }),
    {
      preserved: { a: 1 },
      all: [{ known: 1, unknown: 'a' }, { known: 1, unknown: 'b' }, { known: 1, unknown: 'b' }, { known: 1 }, { known: 1 }, { known: 2 }],
    },
    {
      'has(self.preserved)': 1,
      'self.all.size() == 6': 4,
      'self.all[1] == self.all[2]': 7,
      'self.all[0] != self.all[1]': 7,
      'self.all[0] != self.all[3]': 7,
      'self.all[3] == self.all[4]': 7,
      'self.all[4] != self.all[5]': 7,
    },
  ],
  [
    'nested containers',
    object({
      obj: object({ field: string }),
      mapOfMap: map(map(string)),
      mapOfListMap: map(mapList(pair, 'k')),
      embedded: { type: 'object', 'x-kubernetes-embedded-resource': true },
    }),
    {
      obj: { field: 'a' },
      mapOfMap: { x: { y: 'b' } },
      mapOfListMap: { o: [{ k: '1', v: 'd' }] },
      embedded: { kind: 'Pod', metadata: { name: 'foo' } },
    },
    {
      "self.obj.field == 'a'": 4,
      "self.mapOfMap['x']['y'] == 'b'": 5,
      "self.mapOfListMap['o'].exists(e, e.k == '1' && e.v == 'd')": 14,
      "self.embedded.kind == 'Pod'": 4,
      "self.embedded.metadata.name == 'foo'": 5,
      'type(self) == type(self)': 5,
    },
  ],
]

describe('CelProgram.evaluate()', () => {
  const cases = COSTS.flatMap(([name, schema, value, costs]) =>
    Object.entries(costs).map(([rule, cost]) => ({ name, schema, value, rule, cost })),
  )

  test.each(cases)('counts $cost for $rule', ({ schema, value, rule, cost }) => {
    const self = celTypeOfSchema(schema, { isResource: false, name: 'selfType' })!
    const program = compileCel(rule, { variables: { self } })
    expect(program.evaluate({ self: value })).toEqual({ value: true, cost })
  })
})
