import type { Job } from '@kubetape/api/types/batch/v1'
import { Job as JobKind } from '@kubetape/api/kinds'
import { isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { plan } from './plan.ts'

/** Deletes finished Jobs when their `ttlSecondsAfterFinished` has passed. */
export function ttlAfterFinishedController(): Controller {
  return controllerFor<Job>(JobKind)
    .named('ttl-after-finished')
    .with({ concurrencyMax: 5 })
    .reconcile(async ({ namespace, name }, context) => {
      const known = context.lister<Job>(JobKind).get(namespace, name)
      if (known === undefined) return
      const first = plan(known, context.nowMs())
      if (first.action === 'wait') return { requeueAfterMs: first.requeueAfterMs }
      if (first.action === 'none') return
      try {
        // The informer may not know yet that the time to live was prolonged.
        const fresh = plan(await context.client.get<Job>(JobKind, { namespace, name }), context.nowMs())
        if (fresh.action === 'wait') return { requeueAfterMs: fresh.requeueAfterMs }
        if (fresh.action === 'delete')
          await context.client.delete<Job>(
            JobKind,
            { namespace, name },
            { propagationPolicy: fresh.propagationPolicy, preconditions: { uid: fresh.uid } },
          )
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
      return
    })
}
