import { describe, expect, test } from '@jest/globals'
import { CelCompileError, CelEvaluationError } from './cel-program.ts'
import { compileCel } from './compile-cel.ts'

const ATOMS =
  'self object x 1 2u 1.5 "a" b"a" null true [] {} [1,2] {"a":1} object.a object.?b self[0] duration("1s") optional.of(1) int -1 "é😀" __proto__ constructor'.split(
    ' ',
  )
const METHODS =
  'size contains matches find split join indexOf substring replace format sum max getHours orValue value family add getHost toString valueOf'.split(
    ' ',
  )
const OPERATORS = '+ - * / % == != < >= in && ||'.split(' ')
const MACROS = 'all exists exists_one map filter optMap'.split(' ')
const NOISE = `()[]{}"'.?:,=&$\\\n\u0000é@#\` `.split('')
const EXPRESSIONS = 4000

/** Random expressions, the same every time. */
class Writer {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) & 0x7fffffff
    return this.#state / 0x80000000
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!
  }

  expression(depth: number): string {
    const down = (): string => this.expression(depth - 1)
    if (depth <= 0 || this.next() < 0.15) return `dyn(${this.pick(ATOMS)})`
    switch (Math.floor(this.next() * 7)) {
      case 0:
        return `${down()}.${this.pick(METHODS)}(${this.next() < 0.5 ? down() : ''})`
      case 1:
        return `(${down()} ${this.pick(OPERATORS)} ${down()})`
      case 2:
        return `${down()}[${down()}]`
      case 3:
        return `${down()}.${this.pick(MACROS)}(x, ${down()})`
      case 4:
        return `(${down()} ? ${down()} : ${down()})`
      case 5:
        return `[${down()}, ${down()}]`
      default:
        return `!${down()}`
    }
  }

  damaged(text: string): string {
    const at = Math.floor(this.next() * text.length)
    return this.next() < 0.5 ? text.slice(0, at) + this.pick(NOISE) + text.slice(at) : text.slice(0, at) + text.slice(at + 2)
  }
}

describe('compileCel()', () => {
  test('compiles, evaluates or refuses whatever it is given', () => {
    const writer = new Writer(1)
    const variables = { self: { kind: 'list', items: { kind: 'int' } }, object: { kind: 'dyn' }, x: { kind: 'string' } } as const
    const values = { self: [1, 2, 3], object: { a: [{ b: null }], c: 1.5 }, x: 'hello' }
    const counts = { compiled: 0, evaluated: 0 }
    for (let index = 0; index < EXPRESSIONS; index++) {
      const whole = writer.expression(4)
      const text = writer.next() < 0.3 ? writer.damaged(whole) : whole
      try {
        const program = compileCel(text, { variables })
        counts.compiled++
        expect(program.cost.max).toBeGreaterThanOrEqual(program.cost.min)
        program.evaluate(values, { costLimit: 1_000_000 })
        counts.evaluated++
      } catch (error) {
        if (error instanceof CelCompileError || error instanceof CelEvaluationError) continue
        throw new Error(`Cannot cope with ${JSON.stringify(text)}: ${String(error)}`, { cause: error })
      }
    }
    expect(counts.compiled).toBeGreaterThan(EXPRESSIONS / 20)
    expect(counts.evaluated).toBeGreaterThan(EXPRESSIONS / 50)
  })
})
