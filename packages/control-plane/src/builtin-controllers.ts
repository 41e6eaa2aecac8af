import { cronJobController, jobController, jobOrphanPodController, ttlAfterFinishedController } from '@kubetape/controllers'
import type { Controller } from '@kubetape/runtime'

/** The built-in controllers, as the options ask for them. */
export function builtinControllers(_options: { ca: string; nodes: number }): Controller[] {
  return [jobController(), jobOrphanPodController(), cronJobController(), ttlAfterFinishedController()]
}
