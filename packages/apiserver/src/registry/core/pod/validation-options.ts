import type { ObjectMeta } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { PodSpec } from '@kubetape/api/types/core/v1'
import { hasBadSelectorValue, hasBadSpreadSelector } from './affinity-validation.ts'
import { allContainers } from './container-walk.ts'
import { usesIndivisibleHugePages } from './resource-requirements.ts'
import { isHostSysctl } from './security-context-validation.ts'
import { checkLocalPath } from './file-path-rule.ts'
import { FieldPath, envVarNameErrors } from '@kubetape/apimachinery'
import { DELETION_COST, isDeletionCost } from './pod-annotations.ts'

/** What the validation of a Pod's spec lets pass: rules that came later do not break objects that were stored before. */
export interface PodValidationOptions {
  /** The spec is a Pod's own, not a template's. */
  readonly resourceIsPod: boolean
  readonly allowImageVolume: boolean
  /** Classes of the attributes of generic ephemeral volumes are judged (KEP-3751). */
  readonly judgesAttributesClass: boolean
  readonly allowRelaxedEnvNames: boolean
  readonly allowIndivisibleHugePages: boolean
  readonly allowBadSelectorValues: boolean
  readonly allowBadSpreadSelector: boolean
  readonly allowNonLocalTokenPath: boolean
  readonly allowHostSysctls: boolean
  readonly allowBadDeletionCost: boolean
}

/** A spec together with its metadata, as in a Pod and in a template. */
export interface SpecWithMeta {
  readonly metadata?: ObjectMeta | undefined
  readonly spec?: Readonly<PodSpec> | undefined
}

/** The options for what is written now over `old`, which is undefined on create. */
export function podValidationOptions(old: SpecWithMeta | undefined, gates: Gates, resourceIsPod: boolean): PodValidationOptions {
  const spec = old?.spec
  return {
    resourceIsPod,
    allowImageVolume: gates.enabled('ImageVolume') || (spec?.volumes?.some((volume) => volume.image !== undefined) ?? false),
    judgesAttributesClass: gates.enabled('VolumeAttributesClass'),
    allowRelaxedEnvNames: gates.enabled('RelaxedEnvironmentVariableValidation') || (spec !== undefined && usesRelaxedEnvNames(spec)),
    allowIndivisibleHugePages: spec !== undefined && usesIndivisibleHugePages(spec),
    allowBadSelectorValues: spec !== undefined && hasBadSelectorValue(spec),
    allowBadSpreadSelector: spec !== undefined && hasBadSpreadSelector(spec),
    allowNonLocalTokenPath: spec !== undefined && hasNonLocalTokenPath(spec),
    allowHostSysctls: spec?.securityContext?.sysctls?.some((sysctl) => isHostSysctl(sysctl.name, spec)) ?? false,
    allowBadDeletionCost: !gates.enabled('PodDeletionCost') || !isDeletionCost(old?.metadata?.annotations?.[DELETION_COST]),
  }
}

function usesRelaxedEnvNames(spec: Readonly<PodSpec>): boolean {
  for (const container of allContainers(spec)) {
    if (container.env?.some((variable) => envVarNameErrors(variable.name).length > 0)) return true
    if (container.envFrom?.some((source) => source.prefix && envVarNameErrors(source.prefix).length > 0)) return true
  }
  return false
}

function hasNonLocalTokenPath(spec: Readonly<PodSpec>): boolean {
  const anywhere = FieldPath.of('')
  return (
    spec.volumes?.some((volume) =>
      volume.projected?.sources?.some(
        (source) => source.serviceAccountToken && checkLocalPath(anywhere, source.serviceAccountToken.path ?? '').length > 0,
      ),
    ) ?? false
  )
}
