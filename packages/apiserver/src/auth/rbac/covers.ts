import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import { ALL, coversPath } from './policy-rule.ts'

/** Those single rights of `asked` that no rule of `held` covers; none when all of them are held. */
export function missingRights(held: readonly PolicyRule[], asked: readonly PolicyRule[]): PolicyRule[] {
  return asked.flatMap(singleRights).filter((right) => !held.some((rule) => covers(rule, right)))
}

/** A rule taken apart: each right is one verb on one resource (of one name, where names are given) of one group, or on one path. */
export function singleRights(rule: PolicyRule): PolicyRule[] {
  const { apiGroups = [], resources = [], verbs, resourceNames = [], nonResourceURLs = [] } = rule
  const rights: PolicyRule[] = []
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const right = { apiGroups: [group], resources: [resource], verbs: [verb] }
        if (resourceNames.length === 0) rights.push(right)
        else for (const name of resourceNames) rights.push({ ...right, resourceNames: [name] })
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) rights.push({ nonResourceURLs: [url], verbs: [verb] })
  return rights
}

/** Whether a rule covers a single right. A rule for named objects covers no right to all of them. */
function covers(rule: PolicyRule, right: PolicyRule): boolean {
  return (
    hasAll(rule.verbs, right.verbs) &&
    hasAll(rule.apiGroups, right.apiGroups) &&
    hasResources(rule.resources, right.resources) &&
    hasNames(rule.resourceNames ?? [], right.resourceNames ?? []) &&
    hasPaths(rule.nonResourceURLs, right.nonResourceURLs)
  )
}

function hasAll(held: readonly string[] = [], asked: readonly string[] = []): boolean {
  return held.includes(ALL) || asked.every((one) => held.includes(one))
}

function hasResources(held: readonly string[] = [], asked: readonly string[] = []): boolean {
  if (hasAll(held, asked)) return true
  return asked.every((one) => {
    if (held.includes(one)) return true
    const [, subresource, ...more] = one.split('/')
    return subresource !== undefined && more.length === 0 && held.includes(`${ALL}/${subresource}`)
  })
}

function hasNames(held: readonly string[], asked: readonly string[]): boolean {
  return held.length === 0 || (asked.length > 0 && asked.every((name) => held.includes(name)))
}

function hasPaths(held: readonly string[] = [], asked: readonly string[] = []): boolean {
  return hasAll(held, asked) || asked.every((path) => held.some((wide) => coversPath(wide, path)))
}

/** Rules for one and the same resource, each with some verbs, made into one; others stay as they are. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const compact: PolicyRule[] = []
  const simple = new Map<string, { rule: PolicyRule; verbs: string[] }>()
  for (const rule of rules) {
    const key = simpleKey(rule)
    const known = key === undefined ? undefined : simple.get(key)
    if (key === undefined) compact.push(rule)
    else if (known === undefined) simple.set(key, { rule, verbs: [...rule.verbs] })
    else known.verbs.push(...rule.verbs.filter((verb) => !known.verbs.includes(verb)))
  }
  return [...compact, ...[...simple.values()].map(({ rule, verbs }) => ({ ...rule, verbs }))]
}

/** What a rule is for, where it is for one resource of one group and at most one name. */
function simpleKey({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string | undefined {
  if (apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1 || nonResourceURLs.length > 0) return undefined
  return JSON.stringify([apiGroups[0], resources[0], resourceNames])
}

/** A rule as refusals name it: `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`. */
export function printRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ] as const
  const printed = parts.filter(([, list]) => list !== undefined && list.length > 0).map(([name, list]) => `${name}:${printQuoted(list!)}`)
  return `{${printed.join(', ')}}`
}

/** A list of strings as Go quotes it: `["a" "b"]`. */
export const printQuoted = (list: readonly string[]): string => `[${list.map((one) => JSON.stringify(one)).join(' ')}]`
