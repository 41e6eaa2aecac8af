import { BASELINE_CHECKS } from './baseline-checks.ts'
import type { CheckedPod, PodCheck, VersionedCheck, Violation } from './pod-check.ts'
import { RESTRICTED_CHECKS } from './restricted-checks.ts'
import type { LevelVersion } from './security-policy.ts'

/** The newest release whose standards are known; later versions are judged by it. */
const NEWEST_MINOR = 31

const chosen = new Map<string, readonly PodCheck[]>()

/** What is wrong with a Pod by the standards of this level and version; empty when nothing is. */
export function violationsOf(pod: CheckedPod, { level, version }: LevelVersion): Violation[] {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? NEWEST_MINOR : Math.min(version, NEWEST_MINOR)
  const key = `${level}:${minor}`
  let checks = chosen.get(key)
  if (checks === undefined) chosen.set(key, (checks = checksOf(level, minor)))
  return checks.map((check) => check(pod)).filter((violation) => violation !== undefined)
}

function checksOf(level: 'baseline' | 'restricted', minor: number): PodCheck[] {
  const asOf = ({ since }: VersionedCheck): PodCheck | undefined => since.findLast(([from]) => from <= minor)?.[1]
  const strict = level === 'restricted' ? RESTRICTED_CHECKS.filter((one) => asOf(one) !== undefined) : []
  const lax = BASELINE_CHECKS.filter(({ id }) => !strict.some(({ replaces }) => replaces === id))
  return [...lax, ...strict].flatMap((one) => asOf(one) ?? [])
}

/** `privileged (container "a" must not …), runAsNonRoot != true (…)` */
export const printViolations = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ')

/** The same without the details. */
export const printReasons = (violations: readonly Violation[]): string => violations.map(({ reason }) => reason).join(', ')
