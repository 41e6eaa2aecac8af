import { componentFeatureGates } from '@kubetape/api'
import type { FeatureSpec } from '@kubetape/client-go-features'
import { compareReleases } from './emulated-version.ts'

/** What a gate is in one release. */
export interface GateSpec extends Pick<FeatureSpec, 'stage' | 'default' | 'lockToDefault'> {
  /** The release in which it came to that, as `1.31`. Undefined where it is not known. */
  readonly since?: string
}

/** A gate through the releases. */
export interface GateLifecycle extends GateSpec {
  /** What it became and when, the oldest first; the last one is what the gate is now. None: it is, and was always, as it is now. */
  readonly versions?: readonly (GateSpec & { readonly since: string })[]
}

/** What `gate` was in the release `version`; undefined where it was not there yet. */
export function specAt(gate: GateLifecycle, version: string): GateSpec | undefined {
  if (gate.versions === undefined) return gate
  return gate.versions.findLast((step) => compareReleases(step.since, version) <= 0)
}

/** The release in which `gate` came; undefined where that is not known. */
export function firstVersion(gate: GateLifecycle): string | undefined {
  return gate.versions?.[0]?.since
}

/** The component gates of v1.31. A lock that the data does not know counts as none: what upstream takes is taken here. */
export function componentLifecycles(): Record<string, GateLifecycle> {
  return Object.fromEntries(
    componentFeatureGates().map(({ name, stage, default: on, locked, versions: steps }) => {
      const versions = steps?.map((step) => ({
        stage: step.stage,
        default: step.default,
        lockToDefault: step.locked,
        since: step.version,
      }))
      return [name, { stage, default: on, lockToDefault: locked === true, ...(versions === undefined ? {} : { versions }) }]
    }),
  )
}
