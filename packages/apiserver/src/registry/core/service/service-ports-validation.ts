import type { ServicePort } from '@kubetape/api/types/core/v1'
import {
  dnsLabelErrors,
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  portNameErrors,
  qualifiedNameErrors,
  required,
} from '@kubetape/apimachinery'
import { isHeadless, type Spec } from './service-kind.ts'

const PORTS = FieldPath.of('spec').child('ports')
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const KUBELET_PORT = 10_250

/** What is wrong with the ports of a Service. */
export function validatePorts(spec: Readonly<Spec>): FieldError[] {
  const { ports = [], type } = spec
  const errors: FieldError[] = []
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required(PORTS))
  if (type === 'LoadBalancer')
    for (const [at, { port }] of ports.entries())
      if (port === KUBELET_PORT)
        errors.push(invalid(PORTS.index(at), port, `may not expose port ${port} externally since it is used by kubelet`))
  return errors
}

/** What is wrong with each port, and with two that are the same. */
export function validateEachPort({ ports = [] }: Readonly<Spec>): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, at) => validatePort(port, PORTS.index(at), ports.length > 1, names))
}

/** Node ports that a Service of its type may not have, and ports that stand twice. */
export function validatePortUse({ ports = [], type }: Readonly<Spec>): FieldError[] {
  const errors: FieldError[] = []
  if (type === 'ClusterIP')
    for (const [at, { nodePort }] of ports.entries())
      if (nodePort) errors.push(forbidden(PORTS.index(at).child('nodePort'), "may not be used when `type` is 'ClusterIP'"))
  const nodePorts = new Set<string>()
  for (const [at, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue
    const key = `${protocol} ${nodePort}`
    if (nodePorts.has(key)) errors.push(duplicate(PORTS.index(at).child('nodePort'), nodePort))
    nodePorts.add(key)
  }
  const all = new Set<string>()
  for (const [at, { port, protocol }] of ports.entries()) {
    const key = `${protocol} ${port}`
    if (all.has(key)) errors.push(duplicate(PORTS.index(at), key, samePort(protocol, port)))
    all.add(key)
  }
  return errors
}

/** As upstream prints what two ports have in common. */
const samePort = (protocol: string | undefined, port: number): string =>
  `core.ServicePort{Name:"", Protocol:${JSON.stringify(protocol ?? '')}, AppProtocol:(*string)(nil), Port:${port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`

function validatePort(port: Readonly<ServicePort>, path: FieldPath, needsName: boolean, names: Set<string>): FieldError[] {
  const { name = '', protocol = '', targetPort, appProtocol } = port
  const errors: FieldError[] = []
  if (needsName && name === '') errors.push(required(path.child('name')))
  else if (name !== '') {
    errors.push(...dnsLabelErrors(name).map((message) => invalid(path.child('name'), name, message)))
    if (names.has(name)) errors.push(duplicate(path.child('name'), name))
    names.add(name)
  }
  errors.push(...portNumberErrors(path.child('port'), port.port))
  if (protocol === '') errors.push(required(path.child('protocol')))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(path.child('protocol'), protocol, PROTOCOLS))
  const target = path.child('targetPort')
  if (typeof targetPort === 'string') errors.push(...portNameErrors(targetPort).map((message) => invalid(target, targetPort, message)))
  else errors.push(...portNumberErrors(target, targetPort ?? 0))
  if (appProtocol !== undefined)
    errors.push(...qualifiedNameErrors(appProtocol).map((message) => invalid(path.child('appProtocol'), appProtocol, message)))
  return errors
}

/** A number from 1 to 65535. */
export function portNumberErrors(path: FieldPath, port: number): FieldError[] {
  return port >= 1 && port <= 65_535 ? [] : [invalid(path, port, 'must be between 1 and 65535, inclusive')]
}
