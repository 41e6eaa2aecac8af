import type { UserInfo } from '../../registry/strategy.ts'

const PREFIX = 'system:node:'
const GROUP = 'system:nodes'

/** The node that a user is, by its name and group; undefined for all others, empty for a node without a name. */
export function nodeNameOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(PREFIX) && groups.includes(GROUP) ? name.slice(PREFIX.length) : undefined
}
