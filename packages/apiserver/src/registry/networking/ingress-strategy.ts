import type { Ingress } from '@kubetape/api/types/networking/v1'
import { cloneJson } from '@kubetape/apimachinery'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { validateIngressStatus } from './ingress-status-validation.ts'
import { CLASS_ANNOTATION, validateIngress } from './ingress-validation.ts'

/** Hosts of the rules, at most three by name; none means all. */
function hostsCell({ spec }: Readonly<Ingress>): string {
  const hosts = [...new Set((spec?.rules ?? []).map(({ host }) => host ?? '*'))]
  if (hosts.length === 0) return '*'
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...` : hosts.join(',')
}

/** Ingresses (API reference, networking.k8s.io/v1 Ingress). */
export const ingressStrategy: Strategy = {
  generation: 'spec',
  prepareForCreate: (draft) => {
    draft['status'] = {}
    const { spec } = draft as Ingress
    // The field takes over from the annotation where both say the same.
    if (spec !== undefined && spec.ingressClassName === '') delete spec.ingressClassName
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validate: (draft) => validateIngress({ ...(draft as Ingress), spec: (draft as Ingress).spec ?? {} }, true),
  validateUpdate: (draft) => validateIngress({ ...(draft as Ingress), spec: (draft as Ingress).spec ?? {} }, false),
  subresources: {
    status: {
      prepareForUpdate: (draft, old) => {
        if (old['spec'] === undefined) delete draft['spec']
        else draft['spec'] = cloneJson(old['spec'])
      },
      validateUpdate: (draft) => validateIngressStatus(draft as Ingress),
    },
  },
  warnings: (draft, old) => {
    const { metadata, spec } = draft as Ingress
    const annotated = metadata.annotations?.[CLASS_ANNOTATION] !== undefined && spec?.ingressClassName === undefined
    return old === undefined && annotated
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : []
  },
  tableRow: (object, nowMs) => {
    const ingress = object as Readonly<Ingress>
    const { metadata, spec, status } = ingress
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean)
    return [
      metadata.name ?? '',
      spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>',
      hostsCell(ingress),
      addresses.join(','),
      (spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80',
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
