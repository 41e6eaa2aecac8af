import type { PodSpec } from '@kubetape/api/types/core/v1'
import type { AnyContainer } from '../../registry/core/pod/container-walk.ts'

/** A Pod, or the template of one. */
export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: Readonly<PodSpec>
  /** Its users are not the host's, and the gate for it relaxes what then does no harm. */
  readonly relaxed: boolean
}

/** Why a Pod is refused: what is wrong in a word, and where. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One check; undefined: nothing is wrong. */
export type PodCheck = (pod: CheckedPod) => Violation | undefined

/** A check of a level, as it was from some minor versions of v1.x on. */
export interface VersionedCheck {
  readonly id: string
  /** Newest last. */
  readonly since: readonly (readonly [minor: number, check: PodCheck])[]
  /** Checks of the level below that this one replaces. */
  readonly replaces?: string
}

/** `container "a"`, `containers "a", "b"` */
export const namedContainers = (names: readonly string[]): string => `${plural(names.length, 'container')} ${quoted(names)}`

export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many)

export const quoted = (texts: readonly string[]): string => `"${texts.join('", "')}"`

/** Distinct texts in order. */
export const sortedSet = (texts: Iterable<string>): string[] => [...new Set(texts)].sort()

/** The Pod itself and its containers, as far as they set something bad: `pod and container "a"`. */
export function setters(pod: boolean, containers: readonly string[]): string[] {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [namedContainers(containers)] : [])]
}

/** What containers set under securityContext, by the containers' names. */
export function contextsOf(containers: Iterable<AnyContainer>): [name: string, context: NonNullable<AnyContainer['securityContext']>][] {
  return [...containers].map(({ name, securityContext }) => [name, securityContext ?? {}])
}

export const runsWindows = ({ spec }: CheckedPod): boolean => spec.os?.name === 'windows'
