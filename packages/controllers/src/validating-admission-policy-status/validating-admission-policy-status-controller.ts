import { CustomResourceDefinition as DefinitionKind, ValidatingAdmissionPolicy as PolicyKind } from '@kubetape/api/kinds'
import type { ValidatingAdmissionPolicy } from '@kubetape/api/types/admissionregistration/v1'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { KindTypes } from './kind-types.ts'
import { plan } from './plan.ts'

/** Whose the status is. */
const FIELD_MANAGER = 'validatingadmissionpolicy-status'

/**
 * Checks the expressions of policies against the types of what they are about, and writes what does not fit to their status (KEP-3488;
 * kube-controller-manager's validatingadmissionpolicy-status-controller). It changes nothing of what the policies do.
 */
export function validatingAdmissionPolicyStatusController(): Controller {
  return controllerFor<ValidatingAdmissionPolicy>(PolicyKind)
    .named('validatingadmissionpolicy-status-controller')
    .watches<CustomResourceDefinition>(DefinitionKind, () => [])
    .reconcile(async ({ name }, context) => {
      const policy = context.lister<ValidatingAdmissionPolicy>(PolicyKind).get('', name)
      if (policy === undefined) return
      const status = plan(policy, new KindTypes(context.lister<CustomResourceDefinition>(DefinitionKind).list()))
      if (status === undefined) return
      const body = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name }, status }
      try {
        await context.client.patch<ValidatingAdmissionPolicy>(
          PolicyKind,
          { name },
          { type: 'apply', body },
          { fieldManager: FIELD_MANAGER, force: true, subresource: 'status' },
        )
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    })
}
