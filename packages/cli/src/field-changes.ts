import { deepEqual, isJsonObject, type KubeObject } from '@kubetape/apimachinery'
import { type FieldPath, formatFieldPath, itemSteps, valueAt } from './field-path.ts'

/** One difference between two states of an object; a side is undefined where the field was not there. */
export interface FieldChange {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What the server counts up with every write, and what only says who wrote which field. */
const BOOKKEEPING: readonly FieldPath[] = [
  ['metadata', 'resourceVersion'],
  ['metadata', 'managedFields'],
]

/**
 * What changed between two states of an object, in the order of its fields: as far down as both sides go, so that a new condition is one
 * change and a changed reason another. Items of lists are held against each other by what tells them apart. With `within`, only what is
 * there.
 */
export function changedFields(before: KubeObject | undefined, after: KubeObject | undefined, within: FieldPath = []): FieldChange[] {
  const changes: FieldChange[] = []
  const report = (path: FieldPath, from: unknown, to: unknown): void => {
    const text = formatFieldPath(path, to === undefined ? before : after)
    changes.push({ path: text, ...(from === undefined ? {} : { before: from }), ...(to === undefined ? {} : { after: to }) })
  }
  compare(within, valueAt(before, within), valueAt(after, within), report)
  return changes
}

function compare(
  path: FieldPath,
  before: unknown,
  after: unknown,
  report: (path: FieldPath, before: unknown, after: unknown) => void,
): void {
  if (BOOKKEEPING.some((one) => one.length === path.length && one.every((step, i) => path[i] === step))) return
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) compare([...path, name], before[name], after[name], report)
    return
  }
  if (deepEqual(before, after)) return
  const [from, to] = [itemsOf(before, after), itemsOf(after, before)]
  const stepOf = from === undefined || to === undefined ? undefined : itemSteps(from, to)
  if (from === undefined || to === undefined || stepOf === undefined) {
    report(path, before, after)
    return
  }
  const [fromItems, toItems] = [byStep(from, stepOf), byStep(to, stepOf)]
  for (const step of new Set([...fromItems.keys(), ...toItems.keys()]))
    compare([...path, step], fromItems.get(step), toItems.get(step), report)
}

/** A list that is not there counts as empty beside one with items, so that each item is told. */
function itemsOf(value: unknown, other: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[]
  return value === undefined && Array.isArray(other) && other.length > 0 ? [] : undefined
}

const byStep = (list: readonly unknown[], stepOf: (item: unknown) => string): Map<string, unknown> =>
  new Map(list.map((item) => [stepOf(item), item]))
