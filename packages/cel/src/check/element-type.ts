import { type CelType, DYN, STRING } from '../cel-type.ts'
import type { CelNode } from '../syntax/cel-node.ts'
import { childrenOf } from '../syntax/children.ts'
import { type Substitution, substitute } from '../types/assignable.ts'

/** What macros iterate over: elements, or keys; undefined where the type has neither. */
export function elementType(type: CelType): CelType | undefined {
  switch (type.kind) {
    case 'list':
      return type.items
    case 'map':
      return type.keys ?? STRING
    case 'dyn':
    case 'any':
    case 'error':
    case 'param':
      return DYN
    default:
      return undefined
  }
}

/** Puts what type parameters stand for into their places: that is known only at the end. */
export function closeTypes(root: CelNode, found: Substitution): void {
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    node.type = substitute(found, node.type, true)
    waiting.push(...childrenOf(node))
  }
}
