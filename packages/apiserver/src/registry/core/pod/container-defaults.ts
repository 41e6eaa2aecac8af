import type { Gates } from '@kubetape/client-go-features'
import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  LifecycleHandler,
  ObjectFieldSelector,
  PodSpec,
  Probe,
  ResourceFieldSelector,
} from '@kubetape/api/types/core/v1'
import type { AnyContainer } from './container-walk.ts'
import { defaultPullPolicy } from './image-name.ts'

/** Fills in what every container gets, in a Pod and in a template alike (API reference, Container). */
export function defaultContainer(container: AnyContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '')
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  container.resources ??= {}
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const variable of container.env ?? []) defaultVariable(variable)
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe) defaultProbe(probe)
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) if (handler) defaultHandler(handler)
}

function defaultVariable(variable: EnvVar): void {
  if (variable.valueFrom?.fieldRef) defaultFieldRef(variable.valueFrom.fieldRef)
  if (variable.valueFrom?.resourceFieldRef) defaultResourceFieldRef(variable.valueFrom.resourceFieldRef)
}

/** A reference to a field of the Pod is to one of API version v1. */
export function defaultFieldRef(reference: ObjectFieldSelector): void {
  reference.apiVersion ||= 'v1'
}

/** The divisor is always written; zero stands for one. */
export function defaultResourceFieldRef(reference: ResourceFieldSelector): void {
  reference.divisor ??= '0'
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  defaultHandler(probe)
}

function defaultHandler(handler: LifecycleHandler | Probe): void {
  if (handler.httpGet) defaultHttpGet(handler.httpGet)
}

function defaultHttpGet(action: HTTPGetAction): void {
  action.path ||= '/'
  action.scheme ||= 'HTTP'
  // An absent IntOrString is the number zero.
  action.port ??= 0
}

/** What the containers of a Pod get and those of a template do not: requests from limits, and resize policies under their gate. */
export function defaultPodContainers(spec: PodSpec, gates: Gates): void {
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) requestLimits(container)
  if (gates.enabled('InPlacePodVerticalScaling')) for (const container of spec.containers ?? []) defaultResizePolicy(container)
}

/** A limit without a request is a request too. */
function requestLimits({ resources }: Container): void {
  const limits = resources?.limits
  if (resources === undefined || limits === undefined) return
  const requests = (resources.requests ??= {})
  for (const [name, quantity] of Object.entries(limits)) requests[name] ??= quantity
}

/** KEP-1287: cpu and memory that are asked for resize without a restart unless said otherwise. */
function defaultResizePolicy(container: Container): void {
  for (const resourceName of ['cpu', 'memory']) {
    const asked = container.resources?.requests?.[resourceName] ?? container.resources?.limits?.[resourceName]
    if (asked === undefined || container.resizePolicy?.some((policy) => policy.resourceName === resourceName)) continue
    container.resizePolicy = [...(container.resizePolicy ?? []), { resourceName, restartPolicy: 'NotRequired' }]
  }
}

/** On the host's network a port is open on the host under its own number. */
export function defaultHostPorts(containers: readonly { ports?: ContainerPort[] }[] | undefined): void {
  for (const { ports } of containers ?? []) for (const port of ports ?? []) port.hostPort ||= port.containerPort
}
