import {
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type ObjectMeta,
  required,
  validateAnnotations,
  validateLabels,
} from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { Pod, PodResourceClaim, PodSpec, PodTemplateSpec } from '@kubetape/api/types/core/v1'
import { validateAffinity } from './affinity-validation.ts'
import { validateAppArmorAgreement } from './app-armor.ts'
import {
  type ContainerScope,
  validateChoice,
  validateContainers,
  validateEphemeralContainers,
  validateImageForPod,
  validateInitContainers,
} from './container-validation.ts'
import { validateDnsConfig, validateHostAliases } from './dns-validation.ts'
import { checkDnsLabel, checkQualifiedName, checkRange, checkRule, checkSubdomain } from './field-rule.ts'
import { validatePodAnnotations, validateSeccompAgreement } from './pod-annotations.ts'
import { validateResourceRequirements } from './resource-requirements.ts'
import { validateSchedulingGates, validateSpreadConstraints, validateTolerations } from './scheduling-validation.ts'
import { validatePodSecurity } from './security-context-validation.ts'
import { podValidationOptions, type PodValidationOptions } from './validation-options.ts'
import { validateVolumes } from './volume-validation.ts'
import { validateHostProcess, validateOperatingSystem } from './windows-validation.ts'

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never']
const INT32_MAX = 2147483647

/**
 * Validates a defaulted spec, a Pod's or a template's, in upstream's order and words (v1.31). `meta` is the Pod's own metadata, undefined for
 * templates: generic ephemeral volumes make claims named after the Pod.
 */
export function validatePodSpec(
  spec: Readonly<PodSpec>,
  meta: ObjectMeta | undefined,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const { valid: volumes, errors } = validateVolumes(spec.volumes ?? [], meta, path.child('volumes'), options)
  const claims = spec.resourceClaims ?? []
  errors.push(...validateResourceClaims(claims, meta, path.child('resourceClaims')))
  const containers = spec.containers ?? []
  const inits = spec.initContainers ?? []
  const scope: ContainerScope = {
    volumes,
    claimNames: new Set(claims.map((claim) => claim.name).filter(Boolean)),
    graceSeconds: spec.terminationGracePeriodSeconds ?? 0,
    restartPolicy: spec.restartPolicy ?? '',
    hostUsers: spec.hostUsers !== false,
    options,
  }
  errors.push(
    ...validateContainers(containers, scope, path.child('containers')),
    ...validateInitContainers(inits, containers, scope, path.child('initContainers')),
    ...validateEphemeralContainers(spec.ephemeralContainers ?? [], [...containers, ...inits], scope, path.child('ephemeralContainers')),
    ...validateHostNetworkPorts(spec, path.child('containers'), options),
    ...validateChoice(spec.restartPolicy, RESTART_POLICIES, path.child('restartPolicy')),
    ...validateChoice(spec.dnsPolicy, DNS_POLICIES, path.child('dnsPolicy')),
    ...validateLabels(spec.nodeSelector, path.child('nodeSelector')),
    ...(spec.securityContext ? validatePodSecurity(spec.securityContext, spec, path.child('securityContext'), options) : []),
    ...(spec.affinity ? validateAffinity(spec.affinity, path.child('affinity'), options) : []),
    ...validateDnsConfig(spec.dnsConfig, spec.dnsPolicy, path.child('dnsConfig')),
    ...(spec.readinessGates ?? []).flatMap((gate, at) =>
      checkQualifiedName(path.child('readinessGates').index(at).child('conditionType'), gate.conditionType ?? ''),
    ),
    ...validateSchedulingGates(spec.schedulingGates ?? [], path.child('schedulingGates')),
    ...validateSpreadConstraints(spec.topologySpreadConstraints ?? [], path.child('topologySpreadConstraints'), options),
    ...validateHostProcess(spec, path),
    ...validateHostUsers(spec, path),
    ...validateScalars(spec, path),
    ...(spec.overhead
      ? validateResourceRequirements({ limits: spec.overhead }, path.child('overhead'), {
          allowIndivisibleHugePages: options.allowIndivisibleHugePages,
        })
      : []),
    ...validateOperatingSystem(spec, path),
  )
  return errors
}

/** The fields that stand for themselves. */
function validateScalars(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  const subdomain = (field: 'serviceAccountName' | 'nodeName' | 'priorityClassName'): FieldError[] =>
    spec[field] ? checkSubdomain(path.child(field), spec[field]) : []
  return [
    ...subdomain('serviceAccountName'),
    ...subdomain('nodeName'),
    ...checkRange(path.child('activeDeadlineSeconds'), spec.activeDeadlineSeconds, 1, INT32_MAX),
    ...(spec.hostname ? checkDnsLabel(path.child('hostname'), spec.hostname) : []),
    ...(spec.subdomain ? checkDnsLabel(path.child('subdomain'), spec.subdomain) : []),
    ...validateTolerations(spec.tolerations ?? [], path.child('tolerations')),
    ...validateHostAliases(spec.hostAliases ?? [], path.child('hostAliases')),
    ...subdomain('priorityClassName'),
    ...(spec.runtimeClassName === undefined ? [] : checkSubdomain(path.child('runtimeClassName'), spec.runtimeClassName)),
    ...(spec.preemptionPolicy === undefined
      ? []
      : validateChoice(spec.preemptionPolicy, PREEMPTION_POLICIES, path.child('preemptionPolicy'))),
  ]
}

/** KEP-4381: each claim has a name and comes from a ResourceClaim or from a template. */
function validateResourceClaims(claims: readonly PodResourceClaim[], meta: ObjectMeta | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [at, claim] of claims.entries()) {
    const place = path.index(at)
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    if (!name) errors.push(required(place.child('name')))
    else if (names.has(name)) errors.push(duplicate(place.child('name'), name))
    else {
      const wrong = checkDnsLabel(place.child('name'), name)
      errors.push(...wrong)
      if (wrong.length === 0 && meta !== undefined && resourceClaimTemplateName !== undefined) {
        const made = `${meta.name ?? ''}-${name}`
        errors.push(
          ...dnsSubdomainErrors(made).map((message) => invalid(place.child('name'), made, `final ResourceClaim name: ${message}`)),
        )
      }
      names.add(name)
    }
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      errors.push(invalid(place, claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'))
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalid(place, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      if (claim[field] !== undefined) errors.push(...checkRule(place.child(field), claim[field], dnsSubdomainErrors))
    }
  }
  return errors
}

/** On the host's network a container port is the host port; a template may leave it open. */
function validateHostNetworkPorts(spec: Readonly<PodSpec>, path: FieldPath, options: PodValidationOptions): FieldError[] {
  if (!spec.hostNetwork) return []
  const errors: FieldError[] = []
  for (const [at, container] of (spec.containers ?? []).entries()) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const hostPort = port.hostPort ?? 0
      if (hostPort === port.containerPort || (hostPort === 0 && !options.resourceIsPod)) continue
      errors.push(
        invalid(
          path.index(at).child('ports').index(index).child('hostPort'),
          hostPort,
          'must match `containerPort` when `hostNetwork` is true',
        ),
      )
    }
  }
  return errors
}

/** KEP-127: a Pod with users of its own shares no other namespace with the host. */
function validateHostUsers(spec: Readonly<PodSpec>, path: FieldPath): FieldError[] {
  if (spec.hostUsers !== false) return []
  const shared = [spec.hostNetwork && 'hostNetwork', spec.hostPID && 'HostPID', spec.hostIPC && 'HostIPC'].filter(
    (field) => typeof field === 'string',
  )
  return shared.map((field) => forbidden(path.child(field), 'when `pod.Spec.HostUsers` is false'))
}

/**
 * Validates a defaulted template of Pods: what a Job, a Deployment and their like embed. `old` is the stored template, undefined for a new one:
 * what it has may stay even if a later rule forbids it.
 */
export function validatePodTemplateSpec(
  template: Readonly<PodTemplateSpec>,
  path: FieldPath,
  old: Readonly<PodTemplateSpec> | undefined,
  context: { readonly gates: Gates },
): FieldError[] {
  const { metadata, spec = { containers: [] } } = template
  const options = podValidationOptions(old, context.gates, false)
  const annotations = path.child('annotations')
  return [
    ...validateLabels(metadata?.labels, path.child('labels')),
    ...validateAnnotations(metadata?.annotations, annotations),
    ...validatePodAnnotations(metadata?.annotations, spec, annotations, options),
    ...validatePodSpec(spec, undefined, path.child('spec'), options),
    ...validateSeccompAgreement(metadata, spec, path.child('spec')),
    ...validateAppArmorAgreement(metadata, spec, path.child('spec')),
    ...(spec.ephemeralContainers?.length
      ? [forbidden(path.child('spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template')]
      : []),
  ]
}

const META = FieldPath.of('metadata')
const SPEC = FieldPath.of('spec')

/** What holds for a Pod whenever it is written; the generic parts of its metadata are the registry's. */
export function validatePodBody(pod: Readonly<Pod>, options: PodValidationOptions): FieldError[] {
  const { spec } = pod
  const errors = [
    ...validatePodAnnotations(pod.metadata.annotations, spec, META.child('annotations'), options),
    ...validatePodSpec(spec, pod.metadata, SPEC, options),
  ]
  if (!spec.serviceAccountName) {
    for (const [at, volume] of (spec.volumes ?? []).entries()) {
      for (const [index, source] of (volume.projected?.sources ?? []).entries()) {
        const place = SPEC.child('volumes').index(at).child('projected', 'sources').index(index).child('serviceAccountToken')
        if (source.serviceAccountToken) errors.push(forbidden(place, 'must not be specified when serviceAccountName is not set'))
      }
    }
  }
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [at, container] of (spec[list] ?? []).entries()) errors.push(...validateImageForPod(container, SPEC.child(list).index(at)))
  }
  return errors
}

/** Validates a new Pod. */
export function validatePodCreate(pod: Readonly<Pod>, options: PodValidationOptions): FieldError[] {
  const { metadata, spec } = pod
  const errors = validatePodBody(pod, options)
  if (spec.ephemeralContainers?.length) errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'))
  if (spec.nodeName && spec.schedulingGates?.length)
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'))
  return [...errors, ...validateSeccompAgreement(metadata, spec, SPEC), ...validateAppArmorAgreement(metadata, spec, SPEC)]
}
