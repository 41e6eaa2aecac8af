import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import type { Gates } from '@kubetape/client-go-features'

/**
 * A bootstrap role in compact form. A rule is `[?GATE] VERBS GROUPS RESOURCES [NAMES]` or `VERBS url PATHS`, lists with commas:
 *
 * - verbs may be `read`, `write`, `readwrite` or `readupdate`;
 * - groups are joined by `+`, an empty one is the core group, and a suffix `.k8s.io` is left out where Kubernetes' own groups have it;
 * - a rule or a role with a gate is there only while the gate is on.
 */
export interface RoleData {
  readonly name: string
  readonly rules: readonly string[]
  /** A label that makes other roles gather this one's rules. */
  readonly label?: string
  /** The label by which this role gathers the rules of others. */
  readonly aggregates?: string
  readonly gate?: string
}

/** Words that stand for several verbs. */
const VERBS: Readonly<Record<string, string>> = {
  read: 'get,list,watch',
  write: 'create,delete,deletecollection,patch,update',
  readwrite: 'create,delete,deletecollection,get,list,patch,update,watch',
  readupdate: 'get,list,patch,update,watch',
}

/** Groups whose names end as they stand. */
const SHORT_GROUPS = new Set(['', '*', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'])

/** The rules in full, those of gates that are off left out; lists are in alphabetical order, as upstream stores them. */
export function expandRules(rules: readonly string[], gates: Gates): PolicyRule[] {
  return rules.flatMap((text) => {
    const words = text.split(' ')
    if (words[0]!.startsWith('?') && !gates.enabled(words.shift()!.slice(1))) return []
    return [expandRule(words)]
  })
}

function expandRule([verbWords = '', groups = '', resources = '', names]: readonly string[]): PolicyRule {
  const verbs = (VERBS[verbWords] ?? verbWords).split(',')
  if (groups === 'url') return { verbs, nonResourceURLs: resources.split(',').sort() }
  return {
    verbs,
    apiGroups: (groups === '+' ? [''] : groups.split('+')).map((group) => (SHORT_GROUPS.has(group) ? group : `${group}.k8s.io`)),
    resources: resources.split(',').sort(),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  }
}
