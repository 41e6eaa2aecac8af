import { isIP } from 'node:net'
import type { Ingress, IngressBackend, IngressRule, IngressSpec, HTTPIngressPath } from '@kubetape/api/types/networking/v1'
import {
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  portNameErrors,
  rangeErrors,
  required,
  wildcardSubdomainErrors,
} from '@kubetape/apimachinery'
import { goStruct } from '../batch/field-rules.ts'

const SPEC = FieldPath.of('spec')
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
/** What a path that is compared part by part must not have (KEP-1453). */
const NOT_IN_PATHS = ['//', '/./', '/../', '%2f', '%2F']
const NOT_AT_THE_END = ['/..', '/.']
const PORT_MAX = 65535
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** What an Ingress may be; a class that is named in two ways is refused on creation only. */
export function validateIngress({ metadata, spec }: Ingress, isNew: boolean): FieldError[] {
  const errors: FieldError[] = []
  const annotated = metadata.annotations?.[CLASS_ANNOTATION]
  if (isNew && annotated !== undefined && spec.ingressClassName !== undefined && annotated !== spec.ingressClassName)
    errors.push(
      invalid(FieldPath.of('annotations').child(CLASS_ANNOTATION), annotated, 'must match `ingressClassName` when both are specified'),
    )
  return [...errors, ...validateSpec(spec)]
}

function validateSpec(spec: IngressSpec): FieldError[] {
  const { rules = [], defaultBackend, ingressClassName, tls = [] } = spec
  const errors: FieldError[] = []
  if (rules.length === 0 && defaultBackend === undefined)
    errors.push(invalid(SPEC, spec, 'either `defaultBackend` or `rules` must be specified', goStruct('networking.IngressSpec')(spec)))
  if (defaultBackend !== undefined) errors.push(...validateBackend(defaultBackend, SPEC.child('defaultBackend')))
  errors.push(...rules.flatMap((rule, at) => validateRule(rule, SPEC.child('rules').index(at))))
  for (const [at, { hosts = [], secretName }] of tls.entries()) {
    const path = SPEC.child('tls').index(at)
    for (const [i, host] of hosts.entries()) errors.push(...hostErrors(host, path.child('hosts').index(i)))
    if (secretName) errors.push(...dnsSubdomainErrors(secretName).map((message) => invalid(path.child('secretName'), secretName, message)))
  }
  if (ingressClassName !== undefined)
    errors.push(
      ...dnsSubdomainErrors(ingressClassName).map((message) => invalid(SPEC.child('ingressClassName'), ingressClassName, message)),
    )
  return errors
}

const hostErrors = (host: string, path: FieldPath): FieldError[] =>
  (host.includes('*') ? wildcardSubdomainErrors(host) : dnsSubdomainErrors(host)).map((message) => invalid(path, host, message))

function validateRule({ host, http }: IngressRule, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (host) {
    const place = path.child('host')
    if (isIP(host) > 0) errors.push(invalid(place, host, 'must be a DNS name, not an IP address'))
    else errors.push(...hostErrors(host, place))
  }
  if (http === undefined) return errors
  const paths = path.child('http', 'paths')
  if ((http.paths ?? []).length === 0) return [...errors, required(paths)]
  return [...errors, ...http.paths.flatMap((one, at) => validatePath(one, paths.index(at)))]
}

function validatePath({ path: text = '', pathType, backend }: HTTPIngressPath, path: FieldPath): FieldError[] {
  const place = path.child('path')
  const errors: FieldError[] = []
  if (!pathType) return [required(path.child('pathType'), 'pathType must be specified')]
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) errors.push(invalid(place, text, 'must be an absolute path'))
    else {
      for (const part of NOT_IN_PATHS) if (text.includes(part)) errors.push(invalid(place, text, `must not contain '${part}'`))
      for (const end of NOT_AT_THE_END) if (text.endsWith(end)) errors.push(invalid(place, text, `cannot end with '${end}'`))
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) errors.push(invalid(place, text, 'must be an absolute path'))
  } else errors.push(notSupported(path.child('pathType'), pathType, PATH_TYPES))
  return [...errors, ...validateBackend(backend ?? {}, path.child('backend'))]
}

function validateBackend({ service, resource }: IngressBackend, path: FieldPath): FieldError[] {
  if (resource !== undefined && service !== undefined) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource !== undefined) return validateReference(resource, path.child('resource'))
  if (service === undefined) return [invalid(path, '', 'resource or service backend is required')]
  const { name, port = {} } = service
  const errors: FieldError[] = []
  const place = path.child('service')
  if (!name) errors.push(required(place.child('name')))
  else if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    errors.push(
      invalid(
        place.child('name'),
        name,
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ),
    )
  const hasName = (port.name ?? '') !== ''
  const hasNumber = (port.number ?? 0) !== 0
  if (hasName && hasNumber) errors.push(invalid(path, '', 'cannot set both port name & port number'))
  else if (hasName) errors.push(...portNameErrors(port.name!).map((message) => invalid(place.child('port', 'name'), port.name, message)))
  else if (hasNumber)
    errors.push(...rangeErrors(port.number!, 1, PORT_MAX).map((message) => invalid(place.child('port', 'number'), port.number, message)))
  else errors.push(required(path, 'port name or number is required'))
  return errors
}

/** A reference to an object of any kind in the same namespace. */
function validateReference({ apiGroup, kind, name }: { apiGroup?: string; kind?: string; name?: string }, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (apiGroup) errors.push(...dnsSubdomainErrors(apiGroup).map((message) => invalid(path.child('apiGroup'), apiGroup, message)))
  for (const [field, value] of Object.entries({ kind, name })) {
    if (!value) errors.push(required(path.child(field), `${field} is required`))
    else if (value.includes('/') || value.includes('%') || value === '.' || value === '..')
      errors.push(forbidden(path.child(field), `may not be a path`))
  }
  return errors
}
