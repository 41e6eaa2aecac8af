import type { CelNode } from '../syntax/cel-node.ts'

/** `a.b.c`, where the node is nothing but names; undefined otherwise. */
export function qualifiedName(node: CelNode): string | undefined {
  if (node.kind === 'ident') return node.name
  if (node.kind !== 'select' || node.test || node.optional) return undefined
  const before = qualifiedName(node.operand)
  return before === undefined ? undefined : `${before}.${node.field}`
}
