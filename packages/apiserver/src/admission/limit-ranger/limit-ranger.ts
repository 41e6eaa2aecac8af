import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { Storage } from '@kubetape/storage'
import { amountsOf, podAmounts } from '@kubetape/quota'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import { joinedReasons, refusedByAdmission } from '../admission-refusal.ts'
import { NamespaceObjects } from '../namespace-objects.ts'
import { type Asked, brokenRules, maximum, maximumRatio, maximumRequest, minimum } from './limit-constraints.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'
const NOTHING: Asked['limits'] = new Map()

/** Gives containers the defaults of their namespace's LimitRanges; refuses Pods and claims beyond their limits (plugin LimitRanger). */
export function limitRanger(storage: Storage): AdmissionPlugin {
  const ranges = new NamespaceObjects(storage, { group: '', resource: 'limitranges' })
  const applying = (attributes: AdmissionAttributes): readonly LimitRange[] => {
    const concerned = kindOf(attributes) !== undefined
    return concerned ? ranges.of(attributes.namespace).map((one) => one.object as unknown as LimitRange) : []
  }
  return {
    name: 'LimitRanger',
    mutate(attributes) {
      if (kindOf(attributes) !== 'pods') return
      for (const range of applying(attributes)) giveDefaults(attributes.draft as unknown as Pod, range)
    },
    validate(attributes) {
      for (const { spec } of applying(attributes)) {
        const reasons = (spec?.limits ?? []).flatMap((item) =>
          kindOf(attributes) === 'pods'
            ? podReasons(attributes.draft as unknown as Pod, item)
            : claimReasons(attributes.draft as unknown as PersistentVolumeClaim, item),
        )
        const why = joinedReasons(reasons)
        if (why !== undefined) throw refusedByAdmission(attributes, why)
      }
    },
  }
}

/** What is limited: Pods as they are made, since their containers stay as they are, and claims, which may grow; nothing that is on its way out. */
function kindOf({ operation, resource, subresource, old }: AdmissionAttributes): 'pods' | 'persistentvolumeclaims' | undefined {
  const { group, resource: name } = resource.info
  if (group !== '' || subresource !== '' || old?.metadata?.deletionTimestamp !== undefined) return undefined
  if (name === 'pods') return operation === 'CREATE' ? 'pods' : undefined
  return name === 'persistentvolumeclaims' && (operation === 'CREATE' || operation === 'UPDATE') ? name : undefined
}

function giveDefaults(pod: Pod, { spec }: LimitRange): void {
  const limits: Record<string, string> = {}
  const requests: Record<string, string> = {}
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue
    Object.assign(limits, item.default)
    Object.assign(requests, item.defaultRequest)
  }
  const said: string[] = []
  const complete = (container: Container, what: string): void => {
    const resources = (container.resources ??= {})
    for (const [kind, defaults, list] of [
      ['request', requests, (resources.requests ??= {})],
      ['limit', limits, (resources.limits ??= {})],
    ] as const) {
      const added = Object.keys(defaults)
        .filter((name) => list[name] === undefined)
        .sort()
      for (const name of added) list[name] = defaults[name]!
      if (added.length > 0) said.push(`${added.join(', ')} ${kind} for ${what} ${container.name}`)
    }
  }
  for (const container of pod.spec.containers) complete(container, 'container')
  for (const container of pod.spec.initContainers ?? []) complete(container, 'init container')
  if (said.length > 0)
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}` }
}

function podReasons({ spec }: Pod, item: LimitRangeItem): string[] {
  if (item.type === 'Container') {
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
      reasons(item, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
    )
  }
  if (item.type !== 'Pod') return []
  const whole = { overhead: false }
  return reasons(item, { requests: podAmounts(spec, 'requests', whole), limits: podAmounts(spec, 'limits', whole) })
}

function reasons({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, asked: Asked): string[] {
  return [
    ...brokenRules(type, min, minimum(asked)),
    ...brokenRules(type, max, maximum(asked)),
    ...brokenRules(type, maxLimitRequestRatio, maximumRatio(asked)),
  ]
}

function claimReasons({ spec }: PersistentVolumeClaim, { type, min, max }: LimitRangeItem): string[] {
  if (type !== 'PersistentVolumeClaim') return []
  const asked = { requests: amountsOf(spec?.resources?.requests), limits: NOTHING }
  return [...brokenRules(type, min, minimum(asked)), ...brokenRules(type, max, maximumRequest(asked))]
}
