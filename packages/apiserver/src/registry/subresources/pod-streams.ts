import type { Pod } from '@kubetape/api/types/core/v1'
import { badRequest, failure, type FieldError, FieldPath, forbidden, invalid, invalidObject } from '@kubetape/apimachinery'
import type { RequestContext } from '../environment.ts'
import type { SubresourceHandler } from '../registry.ts'
import { admitConnection } from './connection-admission.ts'
import { parentPod } from './parent-pod.ts'

/**
 * The log of a container (API reference, "get read log of the specified Pod"). Options are checked as upstream checks them; a Pod without a node has no
 * log yet, which is 204. Nodes of this release keep none: 501.
 */
export const podLog: SubresourceHandler = async (environment, resource, context) => {
  const pod = parentPod(environment, resource, context)
  const query = context.request.query ?? {}
  const errors = logOptionErrors(query)
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, context.request.name, errors)
  checkContainer(pod, query['container'] ?? '')
  if (!pod.spec.nodeName) return { type: 'empty', code: 204 }
  throw unsupported(context, 'log')
}

/** exec, attach and port-forward need a container that runs: of a Pod without a node 400, otherwise 501 in this release. */
export const podStream =
  (what: 'exec' | 'attach' | 'portforward'): SubresourceHandler =>
  async (environment, resource, context) => {
    await admitConnection(environment, resource, context, what)
    const pod = parentPod(environment, resource, context)
    if (what !== 'portforward') checkContainer(pod, context.request.query?.['container'] ?? '')
    if (!pod.spec.nodeName) throw badRequest(`pod ${context.request.name} does not have a host assigned`)
    throw unsupported(context, what)
  }

function unsupported({ request }: RequestContext, what: string): Error {
  return failure(
    501,
    undefined,
    `Cannot serve subresource "${what}" of pod ${JSON.stringify(request.name)}: nodes of this release of Kubetape run no containers that could be reached`,
  )
}

function logOptionErrors(query: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = []
  const [tailLines, limitBytes, sinceSeconds] = [
    numberIn(query, 'tailLines'),
    numberIn(query, 'limitBytes'),
    numberIn(query, 'sinceSeconds'),
  ]
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalid(FieldPath.of('tailLines'), tailLines, 'must be greater than or equal to 0'))
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid(FieldPath.of('limitBytes'), limitBytes, 'must be greater than 0'))
  if (sinceSeconds !== undefined && query['sinceTime'])
    errors.push({ ...forbidden(FieldPath.of(''), 'at most one of `sinceTime` or `sinceSeconds` may be specified'), field: '[]' })
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalid(FieldPath.of('sinceSeconds'), sinceSeconds, 'must be greater than 0'))
  return errors
}

function numberIn(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name]
  if (!text) return undefined
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function checkContainer({ metadata, spec }: Readonly<Pod>, container: string): void {
  const names = spec.containers.map((one) => one.name)
  const initNames = (spec.initContainers ?? []).map((one) => one.name)
  const others = (spec.ephemeralContainers ?? []).map((one) => one.name)
  if (container !== '') {
    if (![...names, ...initNames, ...others].includes(container))
      throw badRequest(`container ${container} is not valid for pod ${metadata.name}`)
    return
  }
  if (names.length + initNames.length <= 1 || metadata.annotations?.['kubectl.kubernetes.io/default-container'] !== undefined) return
  const init = initNames.length > 0 ? ` or one of the init containers: [${initNames.join(' ')}]` : ''
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]${init}`)
}
