import {
  cloneJson,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  quantityOf,
  validateLabelSelector,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '@kubetape/api/types/core/v1'
import { immutable } from '../../batch/field-rules.ts'
import type { Draft, StrategyContext } from '../../strategy.ts'
import { CLASS_ANNOTATION } from '../class-annotation.ts'
import { printGoChange, sameSpec } from '../pod/spec-equality.ts'
import { type ClaimSpecRules, validateClaimSpec } from './claim-spec-validation.ts'
import { alignSources } from './data-sources.ts'
import { judgesExpansion } from './claim-status-validation.ts'

const SPEC = FieldPath.of('spec')
const METADATA = FieldPath.of('metadata')
const REQUEST = SPEC.child('resources', 'requests', 'storage')
const CLASS = SPEC.child('volumeAttributesClassName')
const IMMUTABLE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

type Claim = PersistentVolumeClaim
type Spec = PersistentVolumeClaimSpec

/** Validates a changed PersistentVolumeClaim. Upstream judges all of the claim twice. */
export function validateClaimUpdate(draft: Draft, stored: Readonly<KubeObject>, { gates }: StrategyContext): FieldError[] {
  const claim = draft as Claim
  const old = stored as Readonly<Claim>
  const whole = [
    ...validateObjectMeta(claim.metadata, { namespaced: true, qualifiedFinalizers: true }),
    ...validateClaimSpec(claim.spec ?? {}, SPEC, rulesFor(old.spec ?? {}, gates)),
  ]
  return [...whole, ...validateObjectMetaUpdate(claim.metadata, old.metadata), ...whole, ...validateChange(claim, old, gates)]
}

function rulesFor(old: Readonly<Spec>, gates: Gates): ClaimSpecRules {
  return {
    judgesAttributesClass: gates.enabled('VolumeAttributesClass') || old.volumeAttributesClassName !== undefined,
    allowBadSelectorValues: validateLabelSelector(old.selector, SPEC).length > 0,
    allowBadSourceGroups: isGiven(old.dataSource?.apiGroup) || isGiven(old.dataSourceRef?.apiGroup),
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

/** What of a claim may change: its volume once, its class where it had none, and, of a bound claim, size and attributes class. */
function validateChange(claim: Claim, old: Readonly<Claim>, gates: Gates): FieldError[] {
  const errors: FieldError[] = []
  const now = comparable(claim.spec ?? {})
  const before = comparable(old.spec ?? {})
  alignSources(before, before, gates)
  if (!before.volumeName && now.volumeName) before.volumeName = now.volumeName
  if (movesClassFromAnnotation(claim, old)) delete now.storageClassName
  else {
    errors.push(...validateAnnotation(claim, old))
    if (namesClassLater(claim, old)) delete now.storageClassName
  }
  // The status that counts is the stored one: this write cannot change it.
  if (old.status?.phase === 'Bound') {
    const wanted = now.resources?.requests
    const had = before.resources?.requests?.['storage']
    if (wanted && had !== undefined) wanted['storage'] = had
    if (now.volumeAttributesClassName !== undefined) assignClass(now, before.volumeAttributesClassName)
  }
  if (!sameSpec(now, before)) errors.push(forbidden(SPEC, IMMUTABLE + printGoChange('core.PersistentVolumeClaimSpec', before, now)))
  return [
    ...errors,
    ...validateSize(claim, old, gates),
    ...immutable(FieldPath.of('volumeMode'), claim.spec?.volumeMode, old.spec?.volumeMode),
    ...validateClassChange(claim.spec?.volumeAttributesClassName, old.spec?.volumeAttributesClassName, gates),
  ]
}

/** A copy in which equal amounts read the same. */
function comparable(spec: Readonly<Spec>): Spec {
  const copy = cloneJson(spec) as Spec
  for (const part of ['limits', 'requests'] as const) {
    const list = copy.resources?.[part]
    for (const [name, amount] of Object.entries(list ?? {})) list![name] = exact(amount)
  }
  return copy
}

/** The amount without what its notation adds. */
function exact(amount: string): string {
  let { unscaled, scale } = quantityOf(amount)
  if (unscaled === 0n) return '0'
  for (; unscaled % 10n === 0n; scale--) unscaled /= 10n
  return `${unscaled}e${-scale}`
}

function assignClass(spec: Spec, name: string | undefined): void {
  if (name === undefined) delete spec.volumeAttributesClassName
  else spec.volumeAttributesClassName = name
}

/** The class that the old annotation named is now named by the field. */
function movesClassFromAnnotation({ metadata, spec }: Claim, old: Readonly<Claim>): boolean {
  const was = old.metadata.annotations?.[CLASS_ANNOTATION]
  const is = metadata.annotations?.[CLASS_ANNOTATION]
  if (was === undefined || old.spec?.storageClassName !== undefined) return false
  return spec?.storageClassName === was && (is === undefined || is === was)
}

/** A claim that was made before there was a default class gets it later (KEP-3333). */
function namesClassLater({ spec }: Claim, old: Readonly<Claim>): boolean {
  const was = old.metadata.annotations?.[CLASS_ANNOTATION]
  const name = spec?.storageClassName
  return name !== undefined && old.spec?.storageClassName === undefined && (was === undefined || was === name)
}

function validateAnnotation({ metadata }: Claim, old: Readonly<Claim>): FieldError[] {
  const [is, was] = [metadata.annotations?.[CLASS_ANNOTATION] ?? '', old.metadata.annotations?.[CLASS_ANNOTATION] ?? '']
  return is === was ? [] : [invalid(METADATA.child('annotations', CLASS_ANNOTATION), is, 'field is immutable')]
}

/** Nothing shrinks; what failed to grow may be asked for less, but for more than there is already (KEP-1790). */
function validateSize(claim: Claim, old: Readonly<Claim>, gates: Gates): FieldError[] {
  const storage = ({ spec }: Readonly<Claim>): string => spec?.resources?.requests?.['storage'] ?? '0'
  const size = quantityOf(storage(claim))
  if (size.compare(quantityOf(storage(old))) >= 0) return []
  if (!judgesExpansion(old, gates)) return [forbidden(REQUEST, 'field can not be less than previous value')]
  const actual = quantityOf(old.status?.capacity?.['storage'] ?? '0')
  return size.compare(actual) <= 0 ? [forbidden(REQUEST, 'field can not be less than status.capacity')] : []
}

/** KEP-3751: a class may become another one, never none. */
function validateClassChange(name: string | undefined, old: string | undefined, gates: Gates): FieldError[] {
  if (name === old) return []
  const errors = gates.enabled('VolumeAttributesClass')
    ? []
    : [forbidden(CLASS, 'update is forbidden when the VolumeAttributesClass feature gate is disabled')]
  if (old === undefined) return errors
  if (name === undefined) errors.push(forbidden(CLASS, 'update from non-nil value to nil is forbidden'))
  else if (name === '') errors.push(forbidden(CLASS, 'update from non-nil value to an empty string is forbidden'))
  return errors
}
