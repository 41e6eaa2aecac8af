/** Orders versions as clients should prefer them: `v2`, `v1`, `v1beta1`, `v1alpha2`, `v1alpha1`, then other names (CRD documentation, "Version priority"). */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): [number, number, number] => {
    const match = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version)
    if (match === null) return [3, 0, 0]
    return [match[2] === undefined ? 0 : match[2] === 'beta' ? 1 : 2, -Number(match[1]), -Number(match[3] ?? 0)]
  }
  const [left, right] = [rank(a), rank(b)]
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || (a < b ? -1 : a > b ? 1 : 0)
}
