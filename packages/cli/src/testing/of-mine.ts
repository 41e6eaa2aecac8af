import { ConfigMap } from '@kubetape/api/kinds'
import { type Controller, controllerFor } from '@kubetape/runtime'

/** A controller as users keep it in a module of their own. */
export function ofMine(): Controller {
  return controllerFor(ConfigMap)
    .named('of-mine')
    .reconcile(async () => undefined)
}
