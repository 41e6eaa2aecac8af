import { badRequest, failure } from '@kubetape/apimachinery'
import type { SubresourceHandler } from '../registry.ts'
import { admitConnection } from './connection-admission.ts'
import { kubeletOf } from './kubelets.ts'
import { parentPod } from './parent-pod.ts'
import { chosenContainer } from './pod-containers.ts'

const VERBS = { exec: 'exec into', attach: 'attach to', portforward: 'forward ports to' } as const

/** exec, attach and port-forward need a container that runs: of a Pod without a node 400, on a simulated node 501, since nothing is executed there. */
export const podStream =
  (what: keyof typeof VERBS): SubresourceHandler =>
  async (environment, resource, context) => {
    await admitConnection(environment, resource, context, what)
    const pod = parentPod(environment, resource, context)
    const { name } = context.request
    if (what !== 'portforward') chosenContainer(pod, context.request.query?.['container'] ?? '')
    const { nodeName } = pod.spec
    if (!nodeName) throw badRequest(`pod ${name} does not have a host assigned`)
    const wanted = `${VERBS[what]} pod ${JSON.stringify(name)}`
    kubeletOf(environment, nodeName, wanted)
    throw failure(501, undefined, `Cannot ${wanted}: node ${JSON.stringify(nodeName)} is simulated and executes nothing`)
  }
