import type { Pod, Toleration } from '@kubetape/api/types/core/v1'
import type { AdmissionPlugin } from './admission.ts'

const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const SECONDS = 300

/** A Pod that says nothing about a node that is not ready or unreachable tolerates it for 300 s (plugin DefaultTolerationSeconds). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate({ operation, resource, subresource, draft }) {
    if (operation === 'DELETE' || resource.info.group !== '' || resource.info.resource !== 'pods' || subresource !== '') return
    const { spec } = draft as Pod
    for (const key of KEYS) {
      if (spec.tolerations?.some((one) => tolerates(one, key))) continue
      spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }]
    }
  },
}

const tolerates = ({ key, effect }: Toleration, wanted: string): boolean => (!key || key === wanted) && (!effect || effect === 'NoExecute')
