import type { CelNode } from './cel-node.ts'

/** The nodes directly below. */
export function childrenOf(node: CelNode): CelNode[] {
  const present = (...nodes: readonly (CelNode | undefined)[]): CelNode[] => nodes.filter((one) => one !== undefined)
  switch (node.kind) {
    case 'literal':
    case 'ident':
      return []
    case 'select':
      return [node.operand]
    case 'call':
      return present(node.target, ...node.args)
    case 'logic':
      return [...node.terms]
    case 'list':
      return [...node.items]
    case 'map':
      return node.entries.flat()
    case 'macro':
      return present(node.range, node.predicate, node.transform)
    case 'optional-map':
      return [node.target, node.transform]
  }
}
