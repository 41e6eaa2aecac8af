import { Environment, ParseError } from '@marcbachmann/cel-js'
import { CelCompileError } from '../cel-program.ts'
import { type CelNode, type MacroName, UNCHECKED } from './cel-node.ts'
import { libraryValue } from './literal.ts'
import { positionAfter, positionOfDot } from './positions.ts'
import { formatSourceErrors } from './source-error.ts'
import { type LibraryNode, type SyntaxTree } from './syntax-tree.ts'
import { explainSyntax } from './syntax-error.ts'

/** Longest expression, in code points. */
const CODE_POINTS_MAX = 100_000
/** Deepest nesting, as cel-go has it. */
const DEPTH_MAX = 250

let known: Environment | undefined

/** Made with the first expression. */
const environment = (): Environment =>
  (known ??= new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: CODE_POINTS_MAX,
      maxDepth: DEPTH_MAX,
      maxListElements: CODE_POINTS_MAX,
      maxMapEntries: CODE_POINTS_MAX,
      maxCallArguments: 1000,
    },
  }))

/** The tree of an expression. Throws a CelCompileError with the parser's messages. */
export function parseCel(expression: string): CelNode {
  const size = expression.length > CODE_POINTS_MAX ? [...expression].length : 0
  if (size > CODE_POINTS_MAX) {
    throw refusal(expression, [{ pos: -1, message: `expression code point size exceeds limit: size: ${size}, limit ${CODE_POINTS_MAX}` }])
  }
  try {
    const ast = environment().parse(expression).ast as unknown as LibraryNode
    return new Reader(expression).read(ast, 0)
  } catch (error) {
    if (error instanceof CelCompileError) throw error
    if (error instanceof RangeError) throw tooDeep(expression)
    if (error instanceof ParseError) {
      if (error.code === 'limit_exceeded') throw tooDeep(expression)
      throw refusal(expression, explainSyntax(expression, error.range?.start ?? 0, error.code ?? ''))
    }
    throw error
  }
}

const refusal = (expression: string, errors: Parameters<typeof formatSourceErrors>[1]): CelCompileError =>
  new CelCompileError(`compilation failed: ${formatSourceErrors(expression, errors)}`)

const tooDeep = (expression: string): CelCompileError =>
  refusal(expression, [{ pos: -1, message: `expression recursion limit exceeded: ${DEPTH_MAX}` }])

const MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['map', [2, 3]],
  ['filter', [2]],
])

/** Turns the library's tree into ours. */
class Reader {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  read(node: LibraryNode, depth: number): CelNode {
    if (depth > DEPTH_MAX) throw tooDeep(this.#text)
    const tree = node as unknown as SyntaxTree
    const type = UNCHECKED
    const down = (one: LibraryNode): CelNode => this.read(one, depth + 1)
    switch (tree.op) {
      case 'value':
        return { kind: 'literal', pos: tree.pos, type, value: this.#literal(tree.args, tree.pos, false) }
      case 'id':
        return { kind: 'ident', pos: tree.pos, type, name: tree.args }
      case '.':
      case '.?': {
        const [operand, field] = tree.args
        const pos = positionOfDot(this.#text, tree.pos)
        return { kind: 'select', pos, type, operand: down(operand), field, test: false, optional: tree.op === '.?' }
      }
      case '!_':
      case '-_':
        return this.#unary(tree, depth)
      case '||':
      case '&&':
        return this.#logic(tree, depth)
      case '?:':
        return this.#call('_?_:_', positionAfter(this.#text, tree.args[0].end), undefined, tree.args.map(down))
      case '[]':
        return this.#call('_[_]', positionAfter(this.#text, tree.args[0].end), undefined, tree.args.map(down))
      case '[?]':
        return this.#call('_[?_]', positionAfter(this.#text, tree.args[0].end), undefined, tree.args.map(down))
      case 'list':
        return { kind: 'list', pos: tree.pos, type, items: tree.args.map(down) }
      case 'map':
        return { kind: 'map', pos: tree.pos, type, entries: tree.args.map(([key, value]) => [down(key), down(value)] as const) }
      case 'call':
        return this.#function(tree.args[0], tree.args[1], this.#opening(tree.start + tree.args[0].length), depth)
      case 'rcall':
        return this.#method(tree.args, depth)
      default: {
        const name = tree.op === 'in' ? '@in' : `_${tree.op}_`
        return this.#call(name, positionAfter(this.#text, tree.args[0].end), undefined, tree.args.map(down))
      }
    }
  }

  #call(name: string, pos: number, target: CelNode | undefined, args: readonly CelNode[]): CelNode {
    return { kind: 'call', pos, type: UNCHECKED, name, target, args, overloads: [] }
  }

  /** Signs belong to the number that they stand before; two of the same kind cancel out. */
  #unary(tree: SyntaxTree & { op: '!_' | '-_' }, depth: number): CelNode {
    let inner = tree.args as unknown as SyntaxTree
    if (tree.op === '-_' && inner.op === 'value' && typeof inner.args !== 'string' && typeof inner.args !== 'boolean') {
      return { kind: 'literal', pos: tree.pos, type: UNCHECKED, value: this.#literal(inner.args, tree.pos, true) }
    }
    let odd = true
    while (inner.op === tree.op) {
      inner = (inner as typeof tree).args as unknown as SyntaxTree
      odd = !odd
    }
    const operand = this.read(inner, depth + 1)
    return odd ? this.#call(tree.op, tree.pos, undefined, [operand]) : operand
  }

  /** However long a chain is, it is one node. */
  #logic(tree: SyntaxTree & { op: '&&' | '||' }, depth: number): CelNode {
    const terms: LibraryNode[] = []
    const positions: number[] = []
    let at: SyntaxTree = tree
    while (at.op === tree.op) {
      const [left, right] = (at as typeof tree).args
      terms.unshift(right)
      positions.unshift(positionAfter(this.#text, left.end))
      at = left as unknown as SyntaxTree
    }
    terms.unshift(at)
    return {
      kind: 'logic',
      pos: positions.at(-1)!,
      type: UNCHECKED,
      name: tree.op === '&&' ? '_&&_' : '_||_',
      terms: terms.map((one) => this.read(one, depth + 1)),
      positions,
    }
  }

  #function(name: string, args: readonly LibraryNode[], pos: number, depth: number): CelNode {
    if (name === 'has' && args.length === 1) {
      const operand = this.read(args[0]!, depth + 1)
      if (operand.kind !== 'select' || operand.optional) throw this.#refuse(operand.pos, 'invalid argument to has() macro')
      return { ...operand, pos: pos, test: true }
    }
    return this.#call(
      name,
      pos,
      undefined,
      args.map((one) => this.read(one, depth + 1)),
    )
  }

  #method([name, receiver, args]: readonly [string, LibraryNode, readonly LibraryNode[]], depth: number): CelNode {
    const dot = positionAfter(this.#text, receiver.end)
    const pos = this.#opening(positionAfter(this.#text, dot + 1) + name.length)
    const down = (one: LibraryNode): CelNode => this.read(one, depth + 1)
    if (MACROS.get(name)?.includes(args.length)) return this.#macro(name as MacroName, down(receiver), args.map(down), pos)
    if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
      const [variable, transform] = args.map(down)
      if (variable!.kind !== 'ident') throw this.#refuse(variable!.pos, `${name}() variable name must be a simple identifier`)
      const flat = name === 'optFlatMap'
      return { kind: 'optional-map', pos, type: UNCHECKED, flat, target: down(receiver), variable: variable!.name, transform: transform! }
    }
    return this.#call(name, pos, down(receiver), args.map(down))
  }

  #macro(name: MacroName, range: CelNode, args: readonly CelNode[], pos: number): CelNode {
    const [variable, second, third] = args
    if (variable!.kind !== 'ident') throw this.#refuse(variable!.pos, 'argument must be a simple name')
    if (variable!.name === '__result__') throw this.#refuse(variable!.pos, 'iteration variable overwrites accumulator variable')
    const maps = name === 'map'
    return {
      kind: 'macro',
      pos,
      type: UNCHECKED,
      name,
      range,
      variable: variable!.name,
      predicate: maps && third === undefined ? undefined : second,
      transform: maps ? (third ?? second) : undefined,
    }
  }

  /** Where the parenthesis of a call is. */
  #opening(from: number): number {
    return positionAfter(this.#text, from, false)
  }

  #literal(value: unknown, pos: number, negative: boolean): unknown {
    const literal = libraryValue(value, negative)
    if (typeof literal === 'object' && literal !== null && 'invalid' in literal) throw this.#refuse(pos, String(literal.invalid))
    return literal
  }

  #refuse(pos: number, message: string): CelCompileError {
    return refusal(this.#text, [{ pos, message }])
  }
}
