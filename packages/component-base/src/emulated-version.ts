import { FeatureGateError } from './feature-gate-error.ts'
import { COMPONENT } from './feature-gates-flag.ts'

/** The release that this code behaves as unless told otherwise. */
export const BINARY_VERSION = '1.31'
/** The oldest release that can be emulated. */
const OLDEST = '1.30'

/**
 * Reads the values of `--emulated-version`: `1.30`, `v1.30` or `kube=1.30`; `kube:1.30`, as `--feature-gates` names the component, is taken
 * too. None: v1.31. Throws a FeatureGateError with upstream's text.
 */
export function parseEmulatedVersion(values: readonly string[]): string {
  let found: string | undefined
  for (const value of values.flatMap((list) => list.split(',')).filter(Boolean)) {
    const [, component = COMPONENT, text = ''] = /^(?:([^=:]*)[=:])?(.*)$/.exec(value) ?? []
    if (component.trim() !== COMPONENT) throw new FeatureGateError([`component not registered: ${component.trim()}`])
    const version = releaseOf(text.trim())
    if (found !== undefined) throw new FeatureGateError([`duplicate version flag, ${COMPONENT}=${found} and ${COMPONENT}=${version}`])
    found = version
  }
  return found ?? BINARY_VERSION
}

/** Below zero where release `a` is older than release `b`, zero where they are the same. */
export function compareReleases(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

function releaseOf(text: string): string {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (major === undefined || minor === undefined) throw new FeatureGateError([`could not parse ${JSON.stringify(text)} as version`])
  if (Number(patch ?? 0) !== 0) throw new FeatureGateError([`patch version not allowed, got: ${COMPONENT}=${major}.${minor}.${patch}`])
  const version = `${Number(major)}.${Number(minor)}`
  if (compareReleases(version, OLDEST) < 0 || compareReleases(version, BINARY_VERSION) > 0)
    throw new FeatureGateError([`emulation version ${version} is not between [${OLDEST}, ${BINARY_VERSION}]`])
  return version
}
