import { CelEvaluationError } from '../cel-program.ts'
import type { NodeOf } from '../syntax/cel-node.ts'
import { CelList, CelMap } from './collections.ts'
import { compileNode, type CompileScope } from './compile-node.ts'
import { isAbsorbable, type Run } from './frame.ts'
import { typeNameOf } from './type-name.ts'

/** What the loops that macros are written out to cost each round and at the end, in cel-go. */
const COST = {
  /** `@not_strictly_false(__result__)`, then the left side of `__result__ && …`. */
  all: { condition: 2, step: 1, result: 1 },
  exists: { condition: 3, step: 1, result: 1 },
  /** `__result__ + 1`, `__result__ == 1`. */
  exists_one: { condition: 0, step: 2, result: 2 },
  /** `__result__ + [x]`. */
  collect: { condition: 0, step: 12, result: 1 },
} as const

/** A macro as a loop. */
export function compileMacro(node: NodeOf<'macro'>, scope: CompileScope): Run {
  const range = compileNode(node.range, scope)
  const slot = scope.locals.length
  const inner: CompileScope = { ...scope, locals: [...scope.locals, [node.variable, slot]] }
  const predicate = node.predicate === undefined ? undefined : compileNode(node.predicate, inner)
  switch (node.name) {
    case 'all':
    case 'exists':
      return quantifier(range, slot, predicate!, node.name)
    case 'exists_one':
      return existsOne(range, slot, predicate!)
    case 'map':
    case 'filter': {
      const transform = node.transform === undefined ? undefined : compileNode(node.transform, inner)
      return collect(range, slot, predicate, transform)
    }
  }
}

function elementsOf(value: unknown): Iterable<unknown> {
  if (value instanceof CelList) return value
  if (value instanceof CelMap) return value.keys()
  throw new CelEvaluationError(`got '${goName(value)}', expected iterable type`)
}

/** What cel-go calls the types of scalars in its own language. */
function goName(value: unknown): string {
  const name = typeNameOf(value).replace('google.protobuf.', '').replace('null_type', 'null')
  return `types.${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function quantifier(range: Run, slot: number, predicate: Run, name: 'all' | 'exists'): Run {
  const decisive = name === 'exists'
  const cost = COST[name]
  return (frame) => {
    let failed: CelEvaluationError | undefined
    let decided = false
    for (const element of elementsOf(range(frame))) {
      frame.charge(cost.condition)
      // That it was decided is found out before the next round.
      if (decided) break
      frame.charge(cost.step)
      frame.slots[slot] = element
      try {
        const value = predicate(frame)
        if (value === decisive) decided = true
        else if (typeof value !== 'boolean') failed ??= new CelEvaluationError('no such overload')
      } catch (error) {
        if (!isAbsorbable(error)) throw error
        failed ??= error
      }
    }
    frame.charge(cost.result)
    if (decided) return decisive
    if (failed !== undefined) throw failed
    return !decisive
  }
}

function existsOne(range: Run, slot: number, predicate: Run): Run {
  return (frame) => {
    let count = 0
    for (const element of elementsOf(range(frame))) {
      frame.slots[slot] = element
      if (holds(predicate(frame))) {
        count++
        frame.charge(COST.exists_one.step)
      }
      frame.walk(1)
    }
    frame.charge(COST.exists_one.result)
    return count === 1
  }
}

function collect(range: Run, slot: number, predicate: Run | undefined, transform: Run | undefined): Run {
  return (frame) => {
    const collected: unknown[] = []
    for (const element of elementsOf(range(frame))) {
      frame.slots[slot] = element
      frame.walk(1)
      if (predicate !== undefined && !holds(predicate(frame))) continue
      const value = transform === undefined ? element : transform(frame)
      frame.charge(transform === undefined ? COST.collect.step + 1 : COST.collect.step)
      collected.push(value)
    }
    frame.charge(COST.collect.result)
    return CelList.of(collected)
  }
}

function holds(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new CelEvaluationError('no such overload')
  return value
}
