import type { IngressClass, IngressClassSpec } from '@kubetape/api/types/networking/v1'
import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '@kubetape/apimachinery'
import { domainPrefixedPathErrors } from '../batch/domain-prefixed-path.ts'
import { immutable } from '../batch/field-rules.ts'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const SPEC = FieldPath.of('spec')
const CONTROLLER = SPEC.child('controller')
const CONTROLLER_MAX = 250

function validate({ controller = '', parameters }: IngressClassSpec): FieldError[] {
  const errors = controller.length > CONTROLLER_MAX ? [tooLong(CONTROLLER, CONTROLLER_MAX)] : []
  errors.push(...domainPrefixedPathErrors(controller, CONTROLLER))
  return parameters === undefined ? errors : [...errors, ...validateParameters(parameters)]
}

function validateParameters({ apiGroup, kind, name, scope, namespace }: NonNullable<IngressClassSpec['parameters']>): FieldError[] {
  const path = SPEC.child('parameters')
  const errors: FieldError[] = []
  if (apiGroup) errors.push(...dnsSubdomainErrors(apiGroup).map((message) => invalid(path.child('apiGroup'), apiGroup, message)))
  if (!kind) errors.push(required(path.child('kind'), 'kind is required'))
  if (!name) errors.push(required(path.child('name'), 'name is required'))
  const place = path.child('scope')
  if (scope === undefined) errors.push(required(place))
  else if (scope !== 'Cluster' && scope !== 'Namespace') errors.push(notSupported(place, scope, ['Cluster', 'Namespace']))
  if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(path.child('namespace'), "`parameters.scope` is set to 'Namespace'"))
    else errors.push(...dnsLabelErrors(namespace).map((message) => invalid(path.child('namespace'), namespace, message)))
  }
  if (scope === 'Cluster' && namespace !== undefined)
    errors.push(forbidden(path.child('namespace'), "`parameters.scope` is set to 'Cluster'"))
  return errors
}

/** IngressClasses (API reference, networking.k8s.io/v1 IngressClass). */
export const ingressClassStrategy: Strategy = {
  generation: 'spec',
  default: (draft: Draft) => {
    const parameters = (draft as IngressClass).spec?.parameters
    if (parameters !== undefined) parameters.scope ??= 'Cluster'
  },
  validate: (draft) => validate((draft as IngressClass).spec ?? {}),
  validateUpdate: (draft, old) => {
    const [spec, before] = [(draft as IngressClass).spec ?? {}, (old as IngressClass).spec ?? {}]
    return [...validate(spec), ...immutable(CONTROLLER, spec.controller, before.controller)]
  },
  tableRow: (object, nowMs) => {
    const { metadata, spec } = object as Readonly<IngressClass>
    const { apiGroup, kind = '', name = '' } = spec?.parameters ?? {}
    const parameters = spec?.parameters === undefined ? '<none>' : `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name}`
    return [metadata.name ?? '', spec?.controller ?? '', parameters, ageCell(metadata.creationTimestamp, nowMs)]
  },
}
