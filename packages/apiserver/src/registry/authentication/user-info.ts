import type { UserInfo } from '../strategy.ts'

/** A user as reviews tell it (API reference, UserInfo); what is empty is left out, extra fields are in the order of their names. */
export function userInfoAnswer({ name, uid, groups, extra }: UserInfo): object {
  const fields = Object.entries(extra ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...(name ? { username: name } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(fields.length > 0 ? { extra: Object.fromEntries(fields) } : {}),
  }
}
