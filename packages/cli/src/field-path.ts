import { isJsonObject } from '@kubetape/apimachinery'
import { CommandFailed } from './output.ts'

/**
 * Where a field is: member names, and for list items the value of the field that tells them apart, or their index. Written
 * `status.conditions[Complete].reason`, `metadata.labels[app.kubernetes.io/name]`, `spec.args[0]`.
 */
export type FieldPath = readonly string[]

/** Fields that tell the items of a list apart, the first that fits wins. */
const ITEM_KEYS = ['name', 'type', 'uid', 'key', 'ip', 'containerPort', 'port'] as const

const PATH = /^\.?[^.[\]]+(\.[^.[\]]+|\[[^[\]]+\])*$/

/** Reads a path; also with a leading dot, in braces and with `[type=Complete]`, as kubectl's users write them. */
export function parseFieldPath(text: string): FieldPath {
  const bare = text.trim().replace(/^\{(.*)\}$/, '$1')
  if (!PATH.test(bare))
    throw new CommandFailed(`Cannot use the field path "${text}": it must be like status.failed or status.conditions[Complete].reason`, 2)
  const steps = bare.match(/\[[^[\]]+\]|[^.[\]]+/g) ?? []
  return steps.map((step) =>
    step.startsWith('[')
      ? step
          .slice(1, -1)
          .replace(/^(?:name|type|uid|key|ip)=/, '')
          .replace(/^"(.*)"$/, '$1')
      : step,
  )
}

/** Writes a path as it is read; `root` tells lists from objects. */
export function formatFieldPath(path: FieldPath, root: unknown): string {
  let text = ''
  let value = root
  for (const step of path) {
    text += Array.isArray(value) || /[.[\]/]/.test(step) ? `[${step}]` : `${text === '' ? '' : '.'}${step}`
    value = memberOf(value, step)
  }
  return text
}

/** The value at `path`; undefined where there is none. */
export function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce(memberOf, root)
}

function memberOf(value: unknown, step: string): unknown {
  if (isJsonObject(value)) return Object.hasOwn(value, step) ? value[step] : undefined
  if (!Array.isArray(value)) return undefined
  const items = value as unknown[]
  for (const key of ITEM_KEYS) {
    const found = items.find((item) => isJsonObject(item) && String(item[key] as string) === step)
    if (found !== undefined) return found
  }
  return /^\d+$/.test(step) ? items[Number(step)] : undefined
}

/** Steps to the items of both lists, or undefined when no field tells the items of either apart. */
export function itemSteps(...lists: (readonly unknown[])[]): ((item: unknown) => string) | undefined {
  const key = ITEM_KEYS.find((candidate) => lists.every((list) => tellsApart(list, candidate)))
  return key === undefined ? undefined : (item) => String((item as Record<string, string>)[key])
}

function tellsApart(list: readonly unknown[], key: string): boolean {
  const values = list.map((item) => (isJsonObject(item) ? item[key] : undefined))
  return values.every((value) => typeof value === 'string' || typeof value === 'number') && new Set(values).size === values.length
}
