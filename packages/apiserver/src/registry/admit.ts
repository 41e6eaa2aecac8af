import type { GroupVersionKind, KubeObject } from '@kubetape/apimachinery'
import type { AdmissionAttributes } from '../admission/admission.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** What a request does, as admission is asked about it. */
export interface Admitted {
  readonly operation: AdmissionAttributes['operation']
  readonly name: string
  readonly draft?: Draft | undefined
  readonly old?: Readonly<KubeObject> | undefined
  /** The kind of the draft where it is not the resource's. */
  readonly kind?: GroupVersionKind
}

/** Both halves of the chain, for requests with nothing to do between them. */
export async function admit({ admission }: RegistryEnvironment, attributes: AdmissionAttributes): Promise<void> {
  for (const half of ['mutate', 'validate'] as const) {
    const waiting = admission[half](attributes)
    if (waiting !== undefined) await waiting
  }
}

/** The attributes of a request, for the admission chain. */
export function admissionAttributes(
  resource: ServedResource,
  context: RequestContext,
  { operation, name, draft, old, kind = resource.gvk }: Admitted,
): AdmissionAttributes {
  const { subresource, namespace, dryRun } = context
  return { operation, resource, subresource, kind, namespace, name, draft, old, dryRun, context }
}
