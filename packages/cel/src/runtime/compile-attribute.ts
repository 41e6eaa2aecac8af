import { CelEvaluationError } from '../cel-program.ts'
import { elementAt, needElement, optionalOf } from '../library/operators.ts'
import type { CelNode, NodeOf } from '../syntax/cel-node.ts'
import { CelMap } from './collections.ts'
import { compileNode, type CompileScope } from './compile-node.ts'
import { isAbsorbable, type Run } from './frame.ts'
import { CelOptional, CelTypeValue } from './values.ts'

const SELECT = 1

type AttributeNode = NodeOf<'ident'> | NodeOf<'select'> | NodeOf<'call'>

const isIndex = (node: CelNode): node is NodeOf<'call'> => node.kind === 'call' && (node.name === '_[_]' || node.name === '_[?_]')
const isTernary = (node: CelNode): node is NodeOf<'call'> => node.kind === 'call' && node.name === '_?_:_'
/** What is resolved as a whole. */
export const isAttribute = (node: CelNode): node is AttributeNode =>
  node.kind === 'ident' || node.kind === 'select' || isIndex(node) || isTernary(node)

/** What the fields are fields of. */
function rootOf(node: CelNode): CelNode {
  if (node.kind === 'select') return rootOf(node.operand)
  return isIndex(node) ? rootOf(node.args[0]!) : node
}

/** A variable with its fields, elements and conditions: one unit, and one for each field and element. */
export function compileAttribute(node: AttributeNode, scope: CompileScope): Run {
  const run = qualified(node, scope)
  const free = isTernary(rootOf(node)) || (node.kind === 'select' && node.test) || (node.kind === 'ident' && node.denotes !== undefined)
  if (free) return run
  return (frame) => {
    try {
      const value = run(frame)
      frame.charge(SELECT)
      return value
    } catch (error) {
      // What is not there costs as much as what is.
      if (isAbsorbable(error)) frame.charge(SELECT)
      throw error
    }
  }
}

/** The value of an attribute without the unit that it costs as a whole. */
function qualified(node: CelNode, scope: CompileScope): Run {
  if (node.kind === 'ident') return compileIdent(node, scope)
  if (node.kind === 'select') return compileSelect(node, scope)
  if (isTernary(node)) return compileTernary(node, scope)
  if (isIndex(node)) return compileIndex(node, scope)
  return compileNode(node, scope)
}

function compileIdent(node: NodeOf<'ident'>, { locals }: CompileScope): Run {
  if (node.denotes !== undefined) {
    const names: Readonly<Record<string, string>> = {
      timestamp: 'google.protobuf.Timestamp',
      duration: 'google.protobuf.Duration',
      null: 'null_type',
      optional: 'optional_type',
    }
    const { denotes } = node
    const value = new CelTypeValue(denotes.kind === 'opaque' ? denotes.name : (names[denotes.kind] ?? denotes.kind))
    return () => value
  }
  const slot = locals.findLast(([name]) => name === node.name)?.[1]
  if (slot !== undefined) return (frame) => frame.slots[slot]
  const { name } = node
  return (frame) => frame.variable(name)
}

function compileSelect({ operand, field, test, optional }: NodeOf<'select'>, scope: CompileScope): Run {
  const run = qualified(operand, scope)
  if (test) {
    return (frame) => {
      const container = run(frame)
      frame.charge(SELECT)
      const of = container instanceof CelOptional ? container.value : container
      return of instanceof CelMap && of.has(field)
    }
  }
  return (frame) => {
    const container = run(frame)
    frame.charge(SELECT)
    if (container instanceof CelMap) return optional ? optionalOf(container.get(field)) : container.need(field)
    if (container instanceof CelOptional) return optionalOf(elementAt(container.value, field))
    if (optional) return CelOptional.none
    throw new CelEvaluationError(`no such key: ${field}`)
  }
}

function compileIndex(node: NodeOf<'call'>, scope: CompileScope): Run {
  const [of, key] = node.args
  const container = qualified(of!, scope)
  const index = qualified(key!, scope)
  const optional = node.name === '_[?_]'
  return (frame) => {
    const value = container(frame)
    const at = index(frame)
    frame.charge(SELECT)
    if (value instanceof CelOptional) return optionalOf(elementAt(value.value, at))
    return optional ? optionalOf(elementAt(value, at)) : needElement(value, at)
  }
}

function compileTernary(node: NodeOf<'call'>, scope: CompileScope): Run {
  const condition = compileNode(node.args[0]!, scope)
  const yes = qualified(node.args[1]!, scope)
  const no = qualified(node.args[2]!, scope)
  return (frame) => {
    const value = condition(frame)
    if (typeof value !== 'boolean') throw new CelEvaluationError('no such overload')
    return value ? yes(frame) : no(frame)
  }
}
