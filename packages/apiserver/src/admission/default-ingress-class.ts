import type { Ingress, IngressClass } from '@kubetape/api/types/networking/v1'
import type { Storage } from '@kubetape/storage'
import type { AdmissionPlugin } from './admission.ts'

const INGRESS_CLASSES = { group: 'networking.k8s.io', resource: 'ingressclasses' } as const
const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class'
/** How Ingresses named their class before they had a field for it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** An Ingress that names no class gets the default one; of several the newest (plugin DefaultIngressClass). */
export function defaultIngressClass(storage: Storage): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    mutate({ operation, resource, subresource, draft }) {
      const { group, resource: name } = resource.info
      if (operation !== 'CREATE' || group !== INGRESS_CLASSES.group || name !== 'ingresses' || subresource !== '') return
      const ingress = draft as unknown as Ingress
      if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return
      const chosen = defaultClass(storage)
      if (chosen !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: chosen }
    },
  }
}

function defaultClass(storage: Storage): string | undefined {
  const classes = storage
    .list(INGRESS_CLASSES, false, {})
    .items.map((one) => (one.object as unknown as IngressClass).metadata)
    .filter(({ annotations }) => annotations?.[IS_DEFAULT] === 'true')
  const time = ({ creationTimestamp }: IngressClass['metadata']): number => Date.parse(creationTimestamp ?? '')
  return classes.sort((a, b) => time(b) - time(a) || (a.name! < b.name! ? -1 : 1))[0]?.name
}
