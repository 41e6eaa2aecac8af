import type { UserInfo } from '../registry/strategy.ts'
import type { TokenAuthenticator } from './authenticator.ts'

/** Bearer tokens that are known beforehand: the token file's, and the one of the kubeconfig that `up` writes. They are for the API server only. */
export function staticTokens(tokens: ReadonlyMap<string, UserInfo>, apiAudiences: readonly string[]): TokenAuthenticator {
  return {
    authenticate(token, wanted) {
      const user = tokens.get(token)
      const audiences = wanted.filter((one) => apiAudiences.includes(one))
      return user === undefined || audiences.length === 0 ? undefined : { user, audiences }
    },
  }
}

/**
 * Reads kube-apiserver's token file: CSV lines `token,user,uid[,"group1,group2"]`. Throws on a line that is not of that form, naming it.
 */
export function parseTokenFile(text: string, file: string): Map<string, UserInfo> {
  const tokens = new Map<string, UserInfo>()
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [token, name, uid, groups = ''] = cellsOf(line)
    if (!token || !name || uid === undefined)
      throw new Error(`Cannot read token file "${file}": line ${at + 1} is not token,user,uid,"groups"`)
    tokens.set(token, { name, ...(uid ? { uid } : {}), groups: groups.split(',').filter(Boolean) })
  }
  return tokens
}

/** The cells of a line of CSV; none where a quote is not closed or stands within a cell. */
function cellsOf(line: string): string[] {
  const cell = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y
  const cells: string[] = []
  for (;;) {
    const match = cell.exec(line)
    if (match === null) return []
    cells.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim())
    if (match[3] === '') return cells
  }
}
