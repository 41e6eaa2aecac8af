import type { FeatureGateRegistry } from '../feature-gate-registry.ts'
import type { GateLifecycle, GateSpec } from '../gate-lifecycle.ts'

/** What a gate is, in one line. */
export const spec = (stage: GateSpec['stage'], on = false, lockToDefault = false): GateSpec => ({ stage, default: on, lockToDefault })
const ALL = { AllAlpha: spec('Alpha'), AllBeta: spec('Beta') }

/** Gates that are what they are at every release. */
export const UNVERSIONED: Readonly<Record<string, GateLifecycle>> = {
  ...ALL,
  Alpha: spec('Alpha'),
  Beta: spec('Beta'),
  LockedFalse: spec('GA', false, true),
}

/** Gates that came, grew and fade from v1.26 to v1.30. */
export const VERSIONED: Readonly<Record<string, GateLifecycle>> = {
  ...ALL,
  Alpha: { ...spec('Alpha'), versions: [{ ...spec('Alpha'), since: '1.29' }] },
  Beta: { ...spec('Beta'), versions: [{ ...spec('Beta'), since: '1.28' }] },
  Grown: {
    ...spec('GA', true, true),
    versions: [
      { ...spec('Alpha'), since: '1.27' },
      { ...spec('Beta', true), since: '1.28' },
      { ...spec('GA', true, true), since: '1.30' },
    ],
  },
  LockedFalse: {
    ...spec('GA', false, true),
    versions: [
      { ...spec('GA'), since: '1.28' },
      { ...spec('GA', false, true), since: '1.29' },
    ],
  },
  Fading: {
    ...spec('Deprecated'),
    versions: [
      { ...spec('Beta', true), since: '1.26' },
      { ...spec('Deprecated'), since: '1.30' },
    ],
  },
  Plain: spec('Alpha'),
}

/** `enabled()` of every gate that is there, as `Name` for on and `-Name` for off. */
export function standing(registry: FeatureGateRegistry): string {
  return registry
    .effective()
    .map(({ name, enabled }) => (enabled ? name : `-${name}`))
    .join(' ')
}

/** Flags and what becomes of the gates by them. */
export interface FlagRow {
  readonly flags: readonly string[]
  readonly standing: string
  readonly error?: string
}
