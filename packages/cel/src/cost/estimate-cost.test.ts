import { describe, expect, test } from '@jest/globals'
import { compileCel } from '../compile-cel.ts'
import { type CelSchema, celTypeOfSchema } from '../types/schema-type.ts'

type Sized = (size?: number) => CelSchema

const text: Sized = (maxLength) => ({ type: 'string', maxLength })
const list =
  (items: CelSchema): Sized =>
  (maxItems) => ({ type: 'array', items, maxItems })
const map =
  (additionalProperties: CelSchema): Sized =>
  (maxProperties) => ({ type: 'object', additionalProperties, maxProperties })
const texts: Sized = (size) => ({ type: 'array', maxItems: size, items: text(size) })
const string: CelSchema = { type: 'string' }
const number: CelSchema = { type: 'number' }
const boolean: CelSchema = { type: 'boolean' }
const intOrString: CelSchema = { 'x-kubernetes-int-or-string': true }
const format = (name: string): CelSchema => ({ type: 'string', format: name })
const fields = (properties: Record<string, CelSchema>): CelSchema => ({ type: 'object', properties })

/** What v1.31 estimates: without a bound, the bound, and with it; undefined where all that counts is that it is beyond any limit. */
const ESTIMATES: readonly (readonly [string, Sized, number | undefined, number, number])[] = [
  ['self.all(x, true)', list(number), 4_718_591, 10, 32],
  ['self.all(x, true)', list(string), 3_145_727, 20, 62],
  ['self.all(x, true)', list(boolean), 1_887_437, 5, 17],
  ['self.all(x, true)', list(list(number)()), 3_145_727, 100, 302],
  ['self.all(x, true)', list(intOrString), 4_718_591, 10, 32],
  ['self.all(x, true)', list(format('duration')), 2_359_295, 5, 17],
  ['self.all(x, true)', list(format('date')), 725_936, 15, 47],
  ['self.all(x, true)', list(format('date-time')), 428_963, 25, 77],
  ['self.all(x, true)', map(number), 1_348_169, 10, 32],
  ['self.all(x, true)', map(string), 1_179_647, 3, 11],
  ['self.all(x, true)', map(boolean), 943_718, 100, 302],
  ['self.all(x, true)', map(format('duration')), 1_048_577, 5, 17],
  ['self.all(x, true)', map(format('date-time')), 349_526, 25, 77],
  ['self.all(x, true)', map(map(number)()), 1_179_647, 10, 32],
  ['self.all(x, true)', map({ ...fields({ required: string, optional: string }), required: ['required'] }), 428_963, 20, 62],
  ["self.contains('test')", text, 314_574, 10, 5],
  ["self.startsWith('test')", text, 2, 15, 2],
  ['size(self + "hello") > size("hello")', text, 314_578, 4, 7],
  ['self[1] == 0.0', list(number), 2, 5000, 2],
  ['self[1] == self[1]', list(string), 314_577, 8, 314_577],
  ['self.all(x, self.all(y, true))', list(number), undefined, 10, 352],
  ['self.all(x, self.all(y, self.all(z, true)))', list(number), undefined, 10, 3552],
  ['self.matches("x")', text, 314_574, 50, 22],
  ['"".matches("(((((((((())))))))))[0-9]")', text, 7, 10, 7],
  ['self.matches("")', text, 1, 100, 1],
  ['self["x"] == 0.0', map(number), 2, 0, 2],
  ['self == "x"', text, 2, 0, 1],
  ['self.all(x, x == 0.0)', list(number), 6_291_454, 6_291_456, 25_165_826],
  ['self[0] == 5', list(intOrString), 3, 10, 3],
  ['self[0] == false', list(boolean), 2, 25, 2],
  ['self[0][0] == -1.0', list(list(number)()), 3, 51, 3],
  ['self.all(x, x.y == 25.2)', list(map(number)()), 6_291_452, 12, 74],
  ['self[0].x > 2.0', list(map(number)()), 4, 3000, 4],
  ['self[0].getHours() == 2', list(format('duration')), 4, 525, 4],
  ["self.find('[0-9]+') == ''", text, 629_147, 10, 11],
  ["self.join(' ') == 'aa bb'", texts, 329_853_068_905, 10, 43],
  ['self.isSorted() == true', texts, 329_854_432_052, 10, 52],
  [
    "self.str.replace(self.before, self.after) == 'does not matter'",
    (size) => fields({ str: text(size), before: text(2), after: text(4) }),
    629_154,
    4,
    12,
  ],
  ['self.str.split(self.separator) == []', (size) => fields({ str: text(size), separator: text(size) }), 629_160, 10, 22],
  ["self.lowerAscii() == 'lower!'", text, 314_575, 10, 6],
  ['self["a"] == self["b"]', map(format('date-time')), 8, 7, 8],
  ["self.contains('A')", (size) => ({ type: 'string', enum: ['A', 'B', 'LongValue'], maxLength: size }), 2, 1000, 401],
  ['oldSelf.size() == self.size()', map({ type: 'integer' }), 5, 10, 5],
]

describe('CelProgram.cost', () => {
  test.each(ESTIMATES)('estimates %s', (rule, schema, unbounded, size, bounded) => {
    const estimate = (of: CelSchema): number => {
      const self = celTypeOfSchema(of, { isResource: false, name: 'selfType' })!
      return compileCel(rule, { variables: { self, oldSelf: self } }).cost.max
    }
    if (unbounded === undefined) expect(estimate(schema())).toBeGreaterThan(10_000_000)
    else expect(estimate(schema())).toBe(unbounded)
    expect(estimate(schema(size))).toBe(bounded)
  })
})
