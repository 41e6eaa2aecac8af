import { BOOL, type CelType, INT } from '../cel-type.ts'
import type { MacroName } from '../syntax/cel-node.ts'

/** Macros are written out as operators upstream, and it is the operator that does not take a predicate which is no bool: the message about it. */
export function notBoolean(macro: MacroName, predicate: CelType, item: CelType, signature: (types: readonly CelType[]) => string): string {
  const list: CelType = { kind: 'list', items: item }
  const operators: Readonly<Record<MacroName, readonly [string, readonly CelType[]]>> = {
    all: ['_&&_', [BOOL, predicate]],
    exists: ['_||_', [BOOL, predicate]],
    exists_one: ['_?_:_', [predicate, INT, INT]],
    map: ['_?_:_', [predicate, list, list]],
    filter: ['_?_:_', [predicate, list, list]],
  }
  const [name, types] = operators[macro]
  return `found no matching overload for '${name}' applied to '${signature(types)}'`
}
