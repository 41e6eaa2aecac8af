import { type FieldError, type FieldPath, invalid, notSupported, qualifiedNameErrors } from '@kubetape/apimachinery'

/** The one way to choose a leader that Kubernetes knows (KEP-4355). */
export const OLDEST_EMULATION_VERSION = 'OldestEmulationVersion'

/** What is wrong with the name of a way to choose a leader: Kubernetes' own, or one with a domain. Upstream names the field twice in the path. */
export function electionStrategyErrors(strategy: string, path: FieldPath): FieldError[] {
  const field = path.child('strategy')
  if (strategy.includes('/')) return qualifiedNameErrors(strategy).map((detail) => invalid(field, strategy, detail))
  return strategy === OLDEST_EMULATION_VERSION ? [] : [notSupported(field, strategy, [OLDEST_EMULATION_VERSION])]
}
