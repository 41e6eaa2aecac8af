import type { AdmissionAttributes } from './admission.ts'

/** The namespace of a request as rules, webhooks and expressions see it: of one about a Namespace, that one. */
export function requestNamespace({
  resource: { info },
  namespace,
  name,
}: Pick<AdmissionAttributes, 'resource' | 'namespace' | 'name'>): string {
  return info.group === '' && info.resource === 'namespaces' ? name : namespace
}
