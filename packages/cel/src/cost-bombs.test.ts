import { describe, expect, test } from '@jest/globals'
import type { CelType } from './cel-type.ts'
import { compileCel } from './compile-cel.ts'
import { keptPatterns } from './runtime/regex.ts'

const dyn: CelType = { kind: 'dyn' }
const evaluate = (expression: string): unknown => compileCel(expression, { variables: {} }).evaluate({}, { costLimit: 1_000_000 }).value

function refusal(expression: string): string {
  try {
    compileCel(expression, { variables: {} })
  } catch (error) {
    return (error as Error).message
  }
  return 'compiles'
}

describe('CelProgram.evaluate()', () => {
  test.each([
    ['1 + 2', 1],
    ['object.a.b == 1', 4],
    ['has(object.a)', 1],
    ['has(object.a) ? object.a.b : 2', 3],
    ['[1, 2, 3].all(x, x > 0)', 16],
    ['"a" in ["a", "b"]', 0],
    ['object.list.map(x, x + 1)', 45],
    ['"aaaaaaaaaaaaaaaaaaaa".startsWith("a")', 2],
  ])('counts what %s costs', (expression, cost) => {
    const object = { a: { b: 1 }, list: [1, 2, 3] }
    expect(compileCel(expression, { variables: { object: dyn } }).evaluate({ object }).cost).toBe(cost)
  })

  test.each([
    ['nested loops', 'l.all(a, l.all(b, l.all(c, l.all(d, d >= 0))))'],
    ['texts that double', `[l.map(x, "0123456789").join()]${'.map(s, s + s)'.repeat(40)}.size() == 1`],
    ['lists that double', `[l]${'.map(a, a + a)'.repeat(60)}.all(a, a.all(x, x > -1))`],
    ['membership of lists that double', `[l]${'.map(a, a + a)'.repeat(60)}.exists(a, -1 in a)`],
    ['replacement of nothing', `["${'x'.repeat(500)}"]${'.map(s, s.replace("", s))'.repeat(6)}.size() == 1`],
    ['patterns', 'l.all(x, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("(a+)+(a+)+(a+)+$") == false)'],
  ])('stops %s', (_, expression) => {
    const program = compileCel(expression, { variables: { l: { kind: 'list', items: { kind: 'int' } } } })
    const run = (): unknown => program.evaluate({ l: Array.from({ length: 100 }, (_, index) => index) }, { costLimit: 1_000_000 })
    if (expression.includes('matches')) run()
    else expect(run).toThrow('operation cancelled: actual cost limit exceeded')
  })

  test('stops patterns with many states over long texts', () => {
    const program = compileCel('s.matches("(?:a?){500}a{500}b")', { variables: { s: dyn } })
    expect(() => program.evaluate({ s: 'a'.repeat(1_000_000) }, { costLimit: 1_000_000 })).toThrow('actual cost limit exceeded')
  })

  test('stops libraries that cost nothing where costs are not strict', () => {
    const variables = { l: { kind: 'list', items: { kind: 'int' } } as const }
    const program = compileCel(`[l]${'.map(a, a + a)'.repeat(60)}.exists(a, a.sum() == 0)`, { variables, strictCost: false })
    expect(() => program.evaluate({ l: [1, 2] }, { costLimit: 1_000_000 })).toThrow('operation cancelled: actual cost limit exceeded')
  })

  test('refuses texts that are nested too deeply', () => {
    for (const expression of [
      `${'('.repeat(1000)}1${')'.repeat(1000)}`,
      '!'.repeat(50_000) + 'true',
      `${'['.repeat(400)}${']'.repeat(400)}`,
      `1${' + 1'.repeat(5000)}`,
      `${'-('.repeat(9000)}`,
    ]) {
      expect(refusal(expression)).toMatch(/expression recursion limit exceeded: 250|compiles/)
    }
    expect(refusal('1'.repeat(100_001))).toContain('expression code point size exceeds limit: size: 100001, limit 100000')
    expect(evaluate(`true${' && true'.repeat(5000)}`)).toBe(true)
  })
})

describe('joined sets', () => {
  const set: CelType = { kind: 'list', items: { kind: 'dyn' }, listType: 'set' }
  const joined = (a: readonly unknown[], b: readonly unknown[]): unknown =>
    compileCel('(a + b).size()', { variables: { a: set, b: set } }).evaluate({ a, b }, { costLimit: 1_000_000 }).value
  const many = (from: number, make: (n: number) => unknown = (n) => n): unknown[] =>
    Array.from({ length: 100_000 }, (_, n) => make(from + n))

  test('take time in proportion to their sizes, of scalars and of objects', () => {
    expect(joined(many(0), many(50_000))).toBe(150_000n)
    expect(
      joined(
        many(0, (n) => ({ n })),
        many(50_000, (n) => ({ n })),
      ),
    ).toBe(150_000n)
  }, 5_000)

  test('are stopped where nothing but all of their elements tells them apart', () => {
    const deep = (n: number): unknown => ({ a: [[n]] })
    expect(() => joined(many(0, deep), many(50_000, deep))).toThrow('actual cost limit exceeded')
  })
})

describe('patterns that values are', () => {
  const pattern = (n: number): string => `${n}(?:${'a'.repeat(10)}){1000}`

  test('are not kept beyond what they may take together', () => {
    const program = compileCel('s.matches(p)', { variables: { s: dyn, p: dyn } })
    for (let n = 0; n < 130; n++) program.evaluate({ s: '', p: pattern(n) })
    expect(keptPatterns()).toBeLessThan(110)
    expect(keptPatterns()).toBeGreaterThan(50)
  })

  test('are stopped where there are too many of them', () => {
    const program = compileCel('l.exists(p, "".matches(p))', { variables: { l: dyn } })
    const l = Array.from({ length: 1000 }, (_, n) => pattern(1000 + n))
    expect(() => program.evaluate({ l }, { costLimit: 1_000_000 })).toThrow('actual cost limit exceeded')
  })
})
