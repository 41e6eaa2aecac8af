import { BOOL, type CelType, DYN, ERROR, formatType } from '../cel-type.ts'
import { instantiate } from '../types/instantiate.ts'
import type { Overload } from '../types/signature.ts'
import { areAssignable, isAssignable, mostGeneral, type Substitution, substitute } from '../types/assignable.ts'
import { type CelNode, type NodeOf } from '../syntax/cel-node.ts'
import type { SourceError } from '../syntax/source-error.ts'
import { type CheckEnvironment, TYPE_NAMES } from './environment.ts'
import { closeTypes, elementType } from './element-type.ts'
import { literalType } from './literal-type.ts'
import { notBoolean } from './macro-operators.ts'
import { qualifiedName } from './qualified-name.ts'

/** More messages than these help nobody. */
const ERRORS_MAX = 100

/** Finds the type of every node, and what does not fit. Types and overloads are written into the nodes. */
export class Checker {
  readonly errors: SourceError[] = []
  /** The variables of the environment that the expression names. */
  readonly reads = new Set<string>()
  readonly #environment: CheckEnvironment
  readonly #found: Substitution = new Map()
  readonly #scopes: (readonly [string, CelType])[] = []
  #parameters = 0

  constructor(environment: CheckEnvironment) {
    this.#environment = environment
  }

  /** Checks a whole expression; the answer is its type. */
  run(root: CelNode): CelType {
    const type = substitute(this.#found, this.#check(root), true)
    closeTypes(root, this.#found)
    return type
  }

  #check(node: CelNode): CelType {
    return (node.type = this.#typeOf(node))
  }

  #typeOf(node: CelNode): CelType {
    switch (node.kind) {
      case 'literal':
        return literalType(node.value)
      case 'ident':
        return this.#ident(node)
      case 'select':
        return this.#select(node)
      case 'call':
        return this.#call(node)
      case 'logic':
        return this.#logic(node)
      case 'list':
        return { kind: 'list', items: this.#join(node.items) }
      case 'map':
        return {
          kind: 'map',
          keys: this.#join(node.entries.map(([key]) => key)),
          values: this.#join(node.entries.map(([, value]) => value)),
        }
      case 'macro':
        return this.#macro(node)
      case 'optional-map':
        return this.#optionalMap(node)
    }
  }

  #lookup(name: string): CelType | undefined {
    const local = this.#scopes.findLast(([one]) => one === name)
    if (local !== undefined) return local[1]
    const { variables } = this.#environment
    if (!Object.hasOwn(variables, name)) return undefined
    this.reads.add(name)
    return variables[name]
  }

  #ident(node: NodeOf<'ident'>): CelType {
    const type = this.#lookup(node.name)
    if (type !== undefined) return type
    const denotes = TYPE_NAMES.get(node.name)
    if (denotes === undefined) return this.#fail(node.pos, `undeclared reference to '${node.name}' (in container '')`)
    node.denotes = denotes
    return { kind: 'type', of: denotes }
  }

  #select(node: NodeOf<'select'>): CelType {
    const name = qualifiedName(node)
    const { variables } = this.#environment
    if (name !== undefined && Object.hasOwn(variables, name)) {
      // A variable may have a dotted name: `authorizer.requestResource`.
      Object.assign(node, { kind: 'ident', name })
      return variables[name]!
    }
    const denotes = name === undefined || this.#lookup(name.slice(0, name.indexOf('.'))) !== undefined ? undefined : TYPE_NAMES.get(name)
    if (denotes !== undefined) {
      Object.assign(node, { kind: 'ident', name, denotes })
      return { kind: 'type', of: denotes }
    }
    const operand = substitute(this.#found, this.#check(node.operand))
    const optional = operand.kind === 'optional'
    const field = this.#field(node, optional ? operand.of : operand)
    if (node.test) return BOOL
    return node.optional || optional ? { kind: 'optional', of: field } : field
  }

  #field(node: NodeOf<'select'>, of: CelType): CelType {
    switch (of.kind) {
      case 'dyn':
      case 'any':
      case 'error':
        return DYN
      case 'param':
        isAssignable(this.#found, DYN, of)
        return DYN
      case 'map':
        return of.values
      case 'object': {
        const field = Object.hasOwn(of.fields, node.field) ? of.fields[node.field] : undefined
        return field?.type ?? this.#fail(node.pos, `undefined field '${node.field}'`)
      }
      default:
        return this.#fail(node.pos, `type '${formatType(of)}' does not support field selection`)
    }
  }

  #call(node: NodeOf<'call'>): CelType {
    const args = node.args.map((one) => this.#check(one))
    const { functions } = this.#environment
    if (node.target !== undefined) {
      const name = qualifiedName(node.target)
      const qualified = name === undefined || this.#lookup(name.split('.')[0]!) !== undefined ? undefined : `${name}.${node.name}`
      if (qualified !== undefined && functions.has(qualified)) {
        node.name = qualified
        node.target = undefined
        return this.#resolve(node, functions.get(qualified)!.overloads, false, args)
      }
      const target = this.#check(node.target)
      const called = functions.get(node.name)
      if (called === undefined) return this.#fail(node.pos, `undeclared reference to '${node.name}' (in container '')`)
      return this.#resolve(node, called.overloads, true, [target, ...args])
    }
    const called = functions.get(node.name)
    if (called === undefined) return this.#fail(node.pos, `undeclared reference to '${node.name}' (in container '')`)
    return this.#resolve(node, called.overloads, false, args)
  }

  /** Every overload that the arguments fit may be meant: of several, the result is dyn unless they agree. */
  #resolve(node: NodeOf<'call'>, overloads: readonly Overload[], member: boolean, args: readonly CelType[]): CelType {
    const ids: string[] = []
    let result: CelType | undefined
    for (const overload of overloads) {
      if (overload.member !== member) continue
      const fresh = instantiate(overload, () => this.#parameter())
      if (!areAssignable(this.#found, fresh.parameters, args)) continue
      ids.push(overload.id)
      const type = substitute(this.#found, fresh.result)
      if (result === undefined) result = type
      else if (!isSame(result, type)) result = DYN
    }
    node.overloads = ids
    if (result !== undefined) return result
    return this.#fail(node.pos, `found no matching overload for '${node.name}' applied to '${this.#signature(args, member)}'`)
  }

  #signature(args: readonly CelType[], member: boolean): string {
    const shown = args.map((one) => formatType(substitute(this.#found, one, true)))
    return member ? `${shown[0]!}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
  }

  #parameter(): CelType {
    return { kind: 'param', name: `_var${this.#parameters++}` }
  }

  #logic(node: NodeOf<'logic'>): CelType {
    let left = this.#check(node.terms[0]!)
    for (const [index, term] of node.terms.slice(1).entries()) {
      const right = this.#check(term)
      if (!areAssignable(this.#found, [BOOL, BOOL], [left, right])) {
        this.#fail(
          node.positions[index]!,
          `found no matching overload for '${node.name}' applied to '${this.#signature([left, right], false)}'`,
        )
        left = ERROR
      } else left = BOOL
    }
    return left
  }

  #join(items: readonly CelNode[]): CelType {
    let joined: CelType | undefined
    for (const item of items) {
      const type = this.#check(item)
      if (joined === undefined) joined = type
      else if (isAssignable(this.#found, joined, type)) joined = mostGeneral(joined, type)
      else this.#mismatch(item.pos, joined, type)
    }
    return joined ?? this.#parameter()
  }

  #macro(node: NodeOf<'macro'>): CelType {
    const item = this.#element(node.range, this.#check(node.range))
    this.#scopes.push([node.variable, item])
    const predicate = node.predicate === undefined ? undefined : this.#check(node.predicate)
    const transform = node.transform === undefined ? undefined : this.#check(node.transform)
    this.#scopes.pop()
    if (predicate !== undefined && !isAssignable(this.#found, BOOL, predicate))
      this.#fail(
        node.pos,
        notBoolean(node.name, predicate, transform ?? item, (types) => this.#signature(types, false)),
      )
    if (node.name === 'map') return { kind: 'list', items: transform! }
    return node.name === 'filter' ? { kind: 'list', items: item } : BOOL
  }

  #element(range: CelNode, type: CelType): CelType {
    const known = substitute(this.#found, type)
    const element = elementType(known)
    if (element !== undefined) return element
    this.#fail(range.pos, `expression of type '${formatType(known)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
    return DYN
  }

  #optionalMap(node: NodeOf<'optional-map'>): CelType {
    const target = substitute(this.#found, this.#check(node.target))
    if (target.kind !== 'optional' && target.kind !== 'dyn' && target.kind !== 'error') {
      return this.#fail(node.pos, `found no matching overload for 'hasValue' applied to '${formatType(target)}.()'`)
    }
    this.#scopes.push([node.variable, target.kind === 'optional' ? target.of : DYN])
    const transform = substitute(this.#found, this.#check(node.transform))
    this.#scopes.pop()
    return node.flat ? transform : { kind: 'optional', of: transform }
  }

  #mismatch(pos: number, expected: CelType, actual: CelType): CelType {
    const show = (type: CelType): string => formatType(substitute(this.#found, type, true))
    return this.#fail(pos, `expected type '${show(expected)}' but found '${show(actual)}'`)
  }

  #fail(pos: number, message: string): CelType {
    if (this.errors.length < ERRORS_MAX) this.errors.push({ pos, message })
    return ERROR
  }
}

const isSame = (a: CelType, b: CelType): boolean => a === b || formatType(a) === formatType(b)
