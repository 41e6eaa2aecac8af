import type { Endpoints, Service } from '@kubetape/api/types/core/v1'
import { badRequest, failure, notFound, serviceUnavailable, type StatusError } from '@kubetape/apimachinery'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import type { SubresourceHandler } from '../registry.ts'
import { admitConnection } from './connection-admission.ts'
import { checkReachable } from './kubelets.ts'
import { parentPod } from './parent-pod.ts'

const SCHEMES = new Set(['', 'http', 'https'])

/** What the name in the path of a proxy says: `name`, `name:port` or `scheme:name:port`. */
interface Target {
  readonly name: string
  /** A number or the name of a port; empty where none is said. */
  readonly port: string
}

/** A proxy to a Pod: one without an address cannot be reached, which upstream words so. */
export const podProxy: SubresourceHandler = async (environment, resource, context) => {
  await admitConnection(environment, resource, context, 'proxy')
  const { name } = targetOf(context, 'pod')
  const pod = parentPod(environment, resource, context, name)
  if (!pod.status?.podIP) throw badRequest('address not allowed')
  throw unsupported('pod', name)
}

/** A proxy to a Service: 404 where neither it nor its Endpoints are, 503 where nothing stands behind it or it has no such port. */
export const serviceProxy: SubresourceHandler = async (environment, resource, context) => {
  await admitConnection(environment, resource, context, 'serviceProxy')
  const { name, port } = targetOf(context, 'service')
  const service = read<Service>(environment, 'services', context.namespace, name)
  if (/^[+-]?\d+$/.test(port)) {
    if (service === undefined) throw notFound(resource.named, name)
    if (!service.spec?.ports?.some((one) => one.port === Number(port)))
      throw serviceUnavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`)
  }
  const endpoints = read<Endpoints>(environment, 'endpoints', context.namespace, name)
  if (endpoints === undefined && service === undefined) throw notFound(resource.named, name)
  if (!endpoints?.subsets?.some(({ addresses }) => addresses !== undefined && addresses.length > 0))
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`)
  throw unsupported('service', name)
}

/** A proxy to a node: one that has no address cannot be reached, which upstream answers with 500 and these words. */
export const nodeProxy: SubresourceHandler = async (environment, resource, context) => {
  await admitConnection(environment, resource, context, 'nodeProxy')
  const { name } = targetOf(context, 'node')
  checkReachable(environment, name)
  throw unsupported('node', name)
}

function targetOf({ request }: RequestContext, what: string): Target {
  const parts = request.name.split(':')
  const [scheme, name, port] = parts.length === 3 ? parts : ['', ...parts]
  if (parts.length > 3 || !name || !SCHEMES.has(scheme!)) throw badRequest(`invalid ${what} request ${JSON.stringify(request.name)}`)
  return { name, port: port ?? '' }
}

function read<T>({ storage }: RegistryEnvironment, resource: string, namespace: string, name: string): Readonly<T> | undefined {
  return storage.get({ group: '', resource }, namespace, name)?.object as Readonly<T> | undefined
}

function unsupported(what: string, name: string): StatusError {
  return failure(
    501,
    undefined,
    `Cannot serve subresource "proxy" of ${what} ${JSON.stringify(name)}: nodes of this release of Kubetape run no containers that could be reached`,
  )
}
