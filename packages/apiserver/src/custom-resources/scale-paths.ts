import type { CustomResourceSubresourceScale } from '@kubetape/api/types/apiextensions/v1'
import { internalError, type KubeObject, printExactJson } from '@kubetape/apimachinery'
import type { ScaleRule } from '../registry/strategy.ts'

const partsOf = (path: string): string[] => path.replace(/^\./, '').split('.')

/** The value at a path of fields; undefined when nothing is there. */
function valueAt(object: Readonly<KubeObject>, path: readonly string[]): unknown {
  let value: unknown = object
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function countAt(object: Readonly<KubeObject>, path: readonly string[]): number | undefined {
  const value = valueAt(object, path)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw internalError(`.${path.join('.')} accessor error: ${printExactJson(value)} is of the type ${typeof value}, expected int64`)
}

function setAt(draft: KubeObject, path: readonly string[], value: number): void {
  let at: Record<string, unknown> = draft
  for (const name of path.slice(0, -1)) {
    const next = at[name]
    at = (typeof next === 'object' && next !== null ? next : (at[name] = {})) as Record<string, unknown>
  }
  at[path.at(-1)!] = value
}

/** How a definition's objects are scaled (API reference, CustomResourceSubresourceScale). */
export function scaleRuleOf(scale: Readonly<CustomResourceSubresourceScale> | undefined): ScaleRule | undefined {
  if (scale === undefined) return undefined
  const spec = partsOf(scale.specReplicasPath)
  const status = partsOf(scale.statusReplicasPath)
  const selector = scale.labelSelectorPath ? partsOf(scale.labelSelectorPath) : undefined
  return {
    path: spec,
    replicas: (object) => countAt(object, spec),
    setReplicas: (draft, replicas) => setAt(draft, spec, replicas),
    statusReplicas: (object) => countAt(object, status) ?? 0,
    selector: (object) => {
      const value = selector === undefined ? undefined : valueAt(object, selector)
      return typeof value === 'string' ? value : ''
    },
    missing: `the spec replicas field ${JSON.stringify(scale.specReplicasPath)} does not exist`,
  }
}
