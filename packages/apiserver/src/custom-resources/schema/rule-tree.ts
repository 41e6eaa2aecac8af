import { celTypeOfSchema } from '@kubetape/cel'
import { type CompiledRule, compileRules } from './compiled-rule.ts'
import { anySchema, type Structural } from './structural.ts'

/** The rules of a schema, and of what is in it where there are any. */
export interface RuleNode {
  /** The type of the values, which errors show in their place; empty where it may be of several. */
  readonly type: string
  readonly rules: readonly CompiledRule[]
  readonly properties: ReadonlyMap<string, RuleNode>
  readonly values: RuleNode | undefined
  readonly items: RuleNode | undefined
  /** Old values of properties can be told. */
  readonly correlatesProperties: boolean
  /** The keys by which old items can be told; undefined: they cannot. */
  readonly itemKeys: readonly string[] | undefined
}

/** Compiles all rules of a schema, by default that of a resource; undefined where it has none. */
export function compileRuleTree(structural: Structural, isResource = true): RuleNode | undefined {
  return compileNode(structural, isResource)
}

function compileNode(node: Structural, isResource: boolean): RuleNode | undefined {
  if (!anySchema(node, ({ rules }) => rules.length > 0)) return undefined
  const inner = (child: Structural | undefined): RuleNode | undefined =>
    child === undefined ? undefined : compileNode(child, child.embedded)
  // Rules see nothing of what has no type, so nothing in it is judged either.
  const self = celTypeOfSchema(node.schema, { isResource, name: 'selfType' })
  if (self === undefined) return undefined
  const properties = new Map<string, RuleNode>()
  for (const [name, property] of node.properties) {
    const compiled = inner(property)
    if (compiled !== undefined) properties.set(name, compiled)
  }
  return {
    type: node.type,
    rules: compileRules(node.schema, self),
    properties,
    values: inner(node.additional?.schema),
    items: inner(node.items),
    correlatesProperties: node.mapType === undefined || node.mapType === 'granular',
    itemKeys: node.listType === 'map' ? node.listMapKeys : undefined,
  }
}
