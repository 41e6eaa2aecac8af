import { charge, evaluatorOf, isCounted } from '@kubetape/quota'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import { refusedByAdmission } from '../admission-refusal.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { NamespaceObjects } from '../namespace-objects.ts'
import { QuotaLedger } from './quota-ledger.ts'

/**
 * Keeps the objects of a namespace within its ResourceQuotas (plugin ResourceQuota): what an object uses is written to the quotas' status before the
 * object is stored, so that requests that come together cannot exceed a quota together. What is refused later is given back.
 */
export function resourceQuota(environment: PluginEnvironment): AdmissionPlugin {
  const quotas = new NamespaceObjects(environment.storage, { group: '', resource: 'resourcequotas' })
  const ledger = new QuotaLedger(environment.registry, quotas)
  return {
    name: 'ResourceQuota',
    validate(attributes) {
      const here = quotas.of(attributes.namespace)
      if (here.length === 0 || !isCharged(attributes)) return undefined
      const evaluator = evaluatorOf(attributes.resource.info)
      const specs = here.map((one) => one.object as unknown as Readonly<ResourceQuota>)
      if (!specs.some(({ status }) => Object.keys(status?.hard ?? {}).some((name) => evaluator.counts(name)))) return undefined
      const wanted = { object: attributes.draft!, old: attributes.old, nowMs: attributes.context.nowMs }
      const refuse = (why: string): Error => refusedByAdmission(attributes, why)
      if (attributes.dryRun) {
        const outcome = charge(specs, evaluator, wanted)
        if ('refusal' in outcome) throw refuse(outcome.refusal)
        return undefined
      }
      return ledger.charge({ namespace: attributes.namespace, evaluator, wanted, refuse, context: attributes.context })
    },
  }
}

/** Objects in namespaces, as they are made or where a change may use more; not what happens to their parts. */
function isCharged({ operation, resource, subresource, namespace }: AdmissionAttributes): boolean {
  if (subresource !== '' || namespace === '' || !resource.info.namespaced || !isCounted(resource.info)) return false
  return operation === 'CREATE' || (operation === 'UPDATE' && evaluatorOf(resource.info).chargesUpdates)
}
