import { describe, expect, test } from '@jest/globals'
import { CelEvaluationError } from './cel-program.ts'
import type { CelType } from './cel-type.ts'
import { compileCel } from './compile-cel.ts'
import { celTypeOfSchema } from './types/schema-type.ts'

const dyn: CelType = { kind: 'dyn' }

function evaluate(expression: string, variables: Record<string, unknown> = {}): unknown {
  const types = Object.fromEntries(Object.keys(variables).map((name) => [name, dyn]))
  return compileCel(expression, { variables: types }).evaluate(variables, { costLimit: 1_000_000 }).value
}

function refusal(expression: string, variables: Record<string, CelType> = {}): string {
  try {
    compileCel(expression, { variables })
  } catch (error) {
    return (error as Error).message
  }
  return 'compiles'
}

describe('compileCel()', () => {
  test.each([
    ['1 + 2 * 3', 7n],
    ['-7 / 2', -3n],
    ['-7 % 2', -1n],
    ['"a" + "b"', 'ab'],
    ['[1] + [2]', [1n, 2n]],
    ['2u > 1', true],
    ['1.5 < 2', true],
    ['dyn(1.0) == 1', true],
    ['"x" in ["x", "y"]', true],
    ['3 in {3: "a"}', true],
    ['{"a": 1, "a": 2}.a', 2n],
    ['{"a": {"b": 1}}.a.b', 1n],
    ['[1, 2, 3].filter(x, x > 1)', [2n, 3n]],
    ['[1, 2, 3].map(x, x > 1, x * 2)', [4n, 6n]],
    ['[1, 2, 3].exists_one(x, x == 2)', true],
    ['{"a": 1, "b": 2}.all(k, k < "c")', true],
    ['[1, 0].exists(x, 1 / x == 1)', true],
    ['[0, 1].all(x, 1 / x == 5)', false],
    ['type(1) == int && type("a") == string', true],
    ['size("añ😀")', 3n],
    ['"añ😀".indexOf("😀")', 2n],
    ['"hello".substring(1, 3)', 'el'],
    ['"a,b,c".split(",", 2)', ['a', 'b,c']],
    ['["a", "b"].join("-")', 'a-b'],
    ['"%s has %d of %.2f, %x".format(["x", dyn(3), 1.5, 255])', 'x has 3 of 1.50, ff'],
    ['"aXbXc".replace("X", "", 1)', 'abXc'],
    ['" \\t x ".trim()', 'x'],
    ['"abc 123 de 45".findAll("[0-9]+")', ['123', '45']],
    ['[3, 1, 2].max() - [3, 1, 2].min()', 2n],
    ['[1, 2, 2].lastIndexOf(2)', 2n],
    ['[1.0, 2.0].sum()', 3],
    ['["a", "b"].isSorted()', true],
    ['duration("1h30m").getMinutes()', 90n],
    ['string(duration("90s"))', '90s'],
    ['timestamp("2024-02-29T23:00:00Z").getDate("+02:00")', 1n],
    ['timestamp("2024-01-01T00:00:00Z") + duration("1h") > timestamp("2024-01-01T00:30:00Z")', true],
    ['quantity("1Gi").add(quantity("1Mi")).compareTo(quantity("1025Mi"))', 0n],
    ['isQuantity("1Zi")', false],
    ['ip("::1").isLoopback() && ip("127.0.0.1").family() == 4', true],
    ['ip.isCanonical("2001:0db8::1")', false],
    ['cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")', true],
    ['string(cidr("10.1.2.3/8").masked())', '10.0.0.0/8'],
    ['isIP("::ffff:1.2.3.4")', false],
    ['url("https://user@[::1]:80/a%20b?q=1&q=2").getHostname()', '::1'],
    ['url("https://x/p?q=1&q=2").getQuery()["q"]', ['1', '2']],
    ['isURL("no url")', false],
    ['sets.equivalent([1, 2], [2, 1, 1])', true],
    ['optional.of(1).optMap(x, x + 1).orValue(0)', 2n],
    ['{"a": 1}.?b.orValue(5)', 5n],
    ['format.dns1123Label().validate("A").hasValue()', true],
    ['0x1F == 31 && -0x1 == -1', true],
    ['bytes("ab") == b"ab"', true],
    ['int("-12") + int(3.9)', -9n],
  ])('evaluates %s', (expression, value) => {
    expect(evaluate(expression)).toEqual(value)
  })

  test.each([
    ['1 / 0', 'division by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['[1][1]', 'index out of bounds: 1'],
    ['{"a": 1}["b"]', 'no such key: b'],
    ['int("x")', "type conversion error from 'string' to 'int'"],
    ['dyn("a") + dyn(1)', 'no such overload'],
    ['dyn(1).all(x, true)', "got 'types.Int', expected iterable type"],
    ['dyn([1])["a"]', "unsupported index type 'string' in list"],
    ['timestamp("9999-12-31T23:59:59Z") + duration("1s")', 'timestamp overflow'],
    ['[].min() == 1', 'min called on empty list'],
    ['url("x").getHost()', 'URL parse error during conversion from string: parse "x": invalid URI for request'],
    ['ip("x").family()', 'IP Address "x" parse error during conversion from string: ParseAddr("x"): unable to parse IP'],
    ['optional.none().value()', 'optional.none() dereference'],
  ])('fails %s with upstream’s words', (expression, message) => {
    expect(() => evaluate(expression)).toThrow(new CelEvaluationError(message))
  })

  test.each([
    ['x', "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^"],
    ['1 == "a"', "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, string)'\n | 1 == \"a\"\n | ..^"],
    ['"a".size(1)', "ERROR: <input>:1:9: found no matching overload for 'size' applied to 'string.(int)'\n | \"a\".size(1)\n | ........^"],
    ['[1].all(x, x)', "ERROR: <input>:1:8: found no matching overload for '_&&_' applied to '(bool, int)'\n | [1].all(x, x)\n | .......^"],
    ['[1, "a"]', "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, \"a\"]\n | ....^"],
    ['duration("x")', 'ERROR: <input>:1:10: invalid duration argument\n | duration("x")\n | .........^'],
    ['x y', "ERROR: <input>:1:3: Syntax error: extraneous input 'y' expecting <EOF>\n | x y\n | ..^"],
    ['a.', "ERROR: <input>:1:3: Syntax error: no viable alternative at input '.'\n | a.\n | ..^"],
    ['a ? b', "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting ':'\n | a ? b\n | .....^"],
    ['[1', "ERROR: <input>:1:3: Syntax error: mismatched input '<EOF>' expecting {']', ','}\n | [1\n | ..^"],
    ['a[1', "ERROR: <input>:1:4: Syntax error: missing ']' at '<EOF>'\n | a[1\n | ...^"],
    ['{1: 2', "ERROR: <input>:1:6: Syntax error: mismatched input '<EOF>' expecting {'}', ','}\n | {1: 2\n | .....^"],
    ['f(a b)', "ERROR: <input>:1:5: Syntax error: extraneous input 'b' expecting ')'\n | f(a b)\n | ....^"],
    [
      'a\n  == b\n  && )',
      "ERROR: <input>:3:6: Syntax error: mismatched input ')' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n |   && )\n | .....^",
    ],
    ['as', 'ERROR: <input>:1:1: reserved identifier: as\n | as\n | ^'],
    ['[1].all(1, true)', 'ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^'],
  ])('refuses %s with upstream’s words', (expression, message) => {
    expect(refusal(expression)).toBe(`compilation failed: ${message}`)
  })

  test('says every error, in order', () => {
    expect(refusal('a && b').match(/undeclared reference to '[ab]'/g)).toEqual([
      `undeclared reference to 'a'`,
      `undeclared reference to 'b'`,
    ])
  })

  test('holds new expressions to what the release before knows', () => {
    expect(() => compileCel('format.uuid()', { variables: {}, version: '1.30' })).toThrow("undeclared reference to 'format'")
  })

  test('reads JSON numbers as the schema says, and as they are where it says nothing', () => {
    const type = celTypeOfSchema(
      { type: 'object', properties: { d: { type: 'number' }, i: { type: 'integer' } } },
      { isResource: false, name: 'selfType' },
    )!
    const { value } = compileCel('type(self.d) == double && type(self.i) == int && self.d / 2.0 == 1.5', {
      variables: { self: type },
    }).evaluate({
      self: { d: 3, i: 3 },
    })
    expect(value).toBe(true)
    expect(evaluate('type(object.a) == int && type(object.b) == double', { object: { a: 1, b: 1.5 } })).toBe(true)
  })

  test('compares sets in any order and map lists by their keys', () => {
    const list = celTypeOfSchema(
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      { isResource: false, name: 'selfType' },
    )!
    const variables = { self: list, oldSelf: list }
    expect(compileCel('self == oldSelf', { variables }).evaluate({ self: ['a', 'b'], oldSelf: ['b', 'a'] }).value).toBe(true)
    expect(compileCel('self + oldSelf == ["a", "b"]', { variables }).evaluate({ self: ['a', 'b'], oldSelf: ['a'] }).value).toBe(true)
  })

  test('knows elements of map lists by keys that have no name in expressions', () => {
    const items = { type: 'object', properties: { 'k!': { type: 'string' }, v: { type: 'integer' } } }
    const list = celTypeOfSchema(
      { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k!'], items },
      { isResource: false, name: 'selfType' },
    )!
    const [a, b] = [
      { 'k!': 'a', v: 1 },
      { 'k!': 'b', v: 1 },
    ]
    const program = compileCel('self == oldSelf', { variables: { self: list, oldSelf: list } })
    expect(program.evaluate({ self: [a, b], oldSelf: [b, a] }).value).toBe(true)
    expect(program.evaluate({ self: [a, b], oldSelf: [b, { 'k!': 'c', v: 1 }] }).value).toBe(false)
  })

  test('does not see properties of prototypes', () => {
    expect(() => evaluate('object.constructor', { object: {} })).toThrow('no such key: constructor')
    expect(evaluate('has(object.toString)', { object: {} })).toBe(false)
    expect(() => compileCel('hasOwnProperty', { variables: {} })).toThrow('undeclared reference')
  })

  test('calls variables that are functions once, when they are first read', () => {
    let calls = 0
    const program = compileCel('false && a > 1 || a + a == 2', { variables: { a: dyn } })
    expect(program.evaluate({ a: () => (calls++, 1) }).value).toBe(true)
    expect(calls).toBe(1)
    expect(compileCel('true || a', { variables: { a: dyn } }).evaluate({ a: () => (calls++, 1) }).value).toBe(true)
    expect(calls).toBe(1)
  })
})

describe('CelProgram.cost', () => {
  const list = (items: object, more: object = {}): CelType =>
    celTypeOfSchema({ type: 'array', items, ...more }, { isResource: false, name: 'selfType' })!

  test.each([
    ['self.all(x, x.startsWith("n"))', list({ type: 'string' }), 5_242_877],
    ['self.all(x, x.startsWith("n"))', list({ type: 'string' }, { maxItems: 10 }), 52],
    ['self.all(x, x == "a")', list({ type: 'string', maxLength: 5 }, { maxItems: 10 }), 52],
    ['self.size() > 3', list({ type: 'string' }), 3],
  ])('estimates %s', (expression, self, max) => {
    expect(compileCel(expression, { variables: { self } }).cost.max).toBe(max)
  })
})
