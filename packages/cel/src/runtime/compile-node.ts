import { CelEvaluationError } from '../cel-program.ts'
import type { CelFunction } from '../library/library.ts'
import type { CelNode, NodeOf } from '../syntax/cel-node.ts'
import { callCost } from './call-cost.ts'
import { CelList, LiteralMap } from './collections.ts'
import { compileMacro } from './compile-macro.ts'
import { isEqual } from './equality.ts'
import { compileAttribute, isAttribute } from './compile-attribute.ts'
import { type Frame, isAbsorbable, type Run } from './frame.ts'
import { CelOptional, CelUint } from './values.ts'

/** What nodes are compiled with. */
export interface CompileScope {
  readonly functions: ReadonlyMap<string, CelFunction>
  /** Slots of iteration variables, innermost last. */
  readonly locals: readonly (readonly [string, number])[]
  /** Costs of libraries are counted as v1.31 counts them where that is asked for; otherwise each call is one unit. */
  readonly strictCost: boolean
}

const LIST_CREATE = 10
const MAP_CREATE = 30

/** A node as a function. What it costs follows cel-go's tracker: a variable with its fields is one unit and one for each field. */
export function compileNode(node: CelNode, scope: CompileScope): Run {
  const constant = constantOf(node)
  if (constant !== undefined) return () => constant.value
  switch (node.kind) {
    case 'literal':
      return () => node.value
    case 'ident':
    case 'select':
      return compileAttribute(node, scope)
    case 'call':
      return isAttribute(node) ? compileAttribute(node, scope) : compileCall(node, scope)
    case 'logic':
      return compileLogic(node, scope)
    case 'list':
      return compileList(node, scope)
    case 'map':
      return compileMap(node, scope)
    case 'macro':
      return compileMacro(node, scope)
    case 'optional-map':
      return compileOptionalMap(node, scope)
  }
}

/** Literals, and lists and maps of nothing but literals: they cost nothing. */
function constantOf(node: CelNode): { readonly value: unknown } | undefined {
  if (node.kind === 'literal') return node
  if (node.kind === 'list') {
    const items = node.items.map(constantOf)
    return items.every((one) => one !== undefined) ? { value: CelList.of(items.map((one) => one.value)) } : undefined
  }
  if (node.kind !== 'map') return undefined
  const entries = node.entries.map(([key, value]) => [constantOf(key), constantOf(value)] as const)
  const map = new LiteralMap()
  for (const [key, value] of entries) {
    if (key === undefined || value === undefined || !isKey(key.value)) return undefined
    map.add(key.value, value.value)
  }
  return { value: map }
}

const isKey = (value: unknown): boolean => value !== null && (typeof value !== 'object' || value instanceof CelUint)

/** Conversions of literals are made once, and cost nothing. */
const FOLDED = new Set(['bool', 'bytes', 'double', 'dyn', 'duration', 'int', 'string', 'timestamp', 'type', 'uint'])

function foldedCall(node: NodeOf<'call'>, { functions }: CompileScope): Run | undefined {
  const [only] = node.args
  if (!FOLDED.has(node.name) || node.target !== undefined || node.args.length !== 1 || only!.kind !== 'literal') return undefined
  const { run } = functions.get(node.name)!
  try {
    const value = run([only!.value], { walk: () => undefined })
    return () => value
  } catch (error) {
    if (error instanceof CelEvaluationError) return undefined
    throw error
  }
}

function compileCall(node: NodeOf<'call'>, scope: CompileScope): Run {
  const known = foldedCall(node, scope) ?? membership(node, scope)
  if (known !== undefined) return known
  const called = scope.functions.get(node.name)!
  const nodes = node.target === undefined ? node.args : [node.target, ...node.args]
  const args = nodes.map((one) => compileNode(one, scope))
  const cost = callCost(called, node.overloads.length === 1 ? node.overloads[0]! : '', scope.strictCost)
  const { run } = called
  const before = typeof cost === 'number' ? cost : (cost.before ?? 0)
  const after = typeof cost === 'number' ? undefined : cost.after
  return (frame) => {
    const values = evaluateAll(args, frame, before)
    // What the arguments tell of the cost is paid before the work is done.
    frame.charge(typeof before === 'number' ? before : before(values))
    const value = run(values, frame)
    if (after !== undefined) frame.charge(after(value))
    return value
  }
}

/** All are evaluated, and the call is paid for, even where one fails (cel-go does the same up to two). */
function evaluateAll(args: readonly Run[], frame: Frame, cost: number | ((args: readonly unknown[]) => number)): unknown[] {
  const values: unknown[] = []
  let failed: CelEvaluationError | undefined
  for (const one of args) {
    try {
      values.push(one(frame))
    } catch (error) {
      if (!isAbsorbable(error)) throw error
      failed ??= error
      if (args.length > 2) throw failed
      values.push(undefined)
    }
  }
  if (failed === undefined) return values
  frame.charge(typeof cost === 'number' ? cost : cost(values))
  throw failed
}

/** `x in [1, 2]` of a list of scalars that is written out is looked up, for nothing. */
function membership(node: NodeOf<'call'>, scope: CompileScope): Run | undefined {
  if (node.name !== '@in') return undefined
  const list = constantOf(node.args[1]!)?.value
  if (!(list instanceof CelList)) return undefined
  const values = [...list]
  if (values.length === 0) return () => false
  if (values.some((one) => one === null || (typeof one === 'object' && !('value' in one)))) return undefined
  const item = compileNode(node.args[0]!, scope)
  const strings = new Set(values)
  return (frame) => {
    const value = item(frame)
    return typeof value === 'string' ? strings.has(value) : values.some((one) => isEqual(one, value))
  }
}

function compileLogic({ name, terms }: NodeOf<'logic'>, scope: CompileScope): Run {
  const runs = terms.map((one) => compileNode(one, scope))
  const decisive = name === '_||_'
  return (frame) => {
    let failed: CelEvaluationError | undefined
    for (const run of runs) {
      try {
        const value = run(frame)
        if (value === decisive) return decisive
        if (typeof value !== 'boolean') failed ??= new CelEvaluationError('no such overload')
      } catch (error) {
        if (!isAbsorbable(error)) throw error
        failed ??= error
      }
    }
    if (failed !== undefined) throw failed
    return !decisive
  }
}

function compileList({ items }: NodeOf<'list'>, scope: CompileScope): Run {
  const runs = items.map((one) => compileNode(one, scope))
  return (frame) => {
    const values = runs.map((one) => one(frame))
    frame.charge(LIST_CREATE)
    return CelList.of(values)
  }
}

function compileMap({ entries }: NodeOf<'map'>, scope: CompileScope): Run {
  const runs = entries.map(([key, value]) => [compileNode(key, scope), compileNode(value, scope)] as const)
  return (frame) => {
    const map = new LiteralMap()
    for (const [key, value] of runs) {
      const at = key(frame)
      map.add(at, value(frame))
    }
    frame.charge(MAP_CREATE)
    return map
  }
}

function compileOptionalMap({ target, variable, transform, flat }: NodeOf<'optional-map'>, scope: CompileScope): Run {
  const slot = scope.locals.length
  const optional = compileNode(target, scope)
  const mapped = compileNode(transform, { ...scope, locals: [...scope.locals, [variable, slot]] })
  return (frame) => {
    const value = optional(frame)
    if (!(value instanceof CelOptional)) throw new CelEvaluationError('no such overload')
    frame.charge(1)
    if (value.value === undefined) return CelOptional.none
    frame.slots[slot] = value.value
    const result = mapped(frame)
    return flat ? result : new CelOptional(result)
  }
}
