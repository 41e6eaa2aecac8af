import type { Node } from '@kubetape/api/types/core/v1'
import type { AdmissionPlugin } from './admission.ts'

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const

/** A new node gets no Pods until it is known to be ready (plugin TaintNodesByCondition); the controller of nodes takes the taint away. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate({ operation, resource, subresource, draft }) {
    if (operation !== 'CREATE' || resource.info.group !== '' || resource.info.resource !== 'nodes' || subresource !== '') return
    const node = draft as unknown as Node
    const taints = node.spec?.taints ?? []
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return
    node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] }
  },
}
