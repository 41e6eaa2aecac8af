import type { RoleBinding, RoleRef, Subject } from '@kubetape/api/types/rbac/v1'
import {
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  invalid,
  type KubeObject,
  notSupported,
  pathSegmentErrors,
  required,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { ACCESS_RULE, twiceAsNew } from './role-strategy.ts'

const RBAC_GROUP = 'rbac.authorization.k8s.io'
const ROLE_REF = FieldPath.of('roleRef')
const SUBJECTS = FieldPath.of('subjects')

function fillDefaults(draft: Draft): void {
  const { roleRef, subjects = [] } = draft as RoleBinding
  if (roleRef) roleRef.apiGroup ||= RBAC_GROUP
  for (const subject of subjects) if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP
}

function validateBinding(draft: Draft, namespaced: boolean): FieldError[] {
  const { roleRef, subjects = [] } = draft as RoleBinding
  return [
    ...validateRoleRef(roleRef ?? ({} as RoleRef), namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']),
    ...subjects.flatMap((subject, at) => validateSubject(subject, SUBJECTS.index(at), namespaced)),
  ]
}

function validateRoleRef({ apiGroup = '', kind = '', name = '' }: RoleRef, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = []
  if (apiGroup !== RBAC_GROUP) errors.push(notSupported(ROLE_REF.child('apiGroup'), apiGroup, [RBAC_GROUP]))
  if (!kinds.includes(kind)) errors.push(notSupported(ROLE_REF.child('kind'), kind, kinds))
  if (name === '') errors.push(required(ROLE_REF.child('name')))
  else for (const message of pathSegmentErrors(name)) errors.push(invalid(ROLE_REF.child('name'), name, message))
  return errors
}

function validateSubject(subject: Subject, path: FieldPath, namespaced: boolean): FieldError[] {
  const { kind = '', name = '', apiGroup = '', namespace = '' } = subject
  const errors = name === '' ? [required(path.child('name'))] : []
  if (kind === 'ServiceAccount') {
    if (name !== '') for (const message of dnsSubdomainErrors(name)) errors.push(invalid(path.child('name'), name, message))
    if (apiGroup !== '') errors.push(notSupported(path.child('apiGroup'), apiGroup, ['']))
    if (!namespaced && namespace === '') errors.push(required(path.child('namespace')))
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== RBAC_GROUP) errors.push(notSupported(path.child('apiGroup'), apiGroup, [RBAC_GROUP]))
  } else errors.push(notSupported(path.child('kind'), kind, ['ServiceAccount', 'User', 'Group']))
  return errors
}

/** A binding is made for one role: with another it would be another binding. */
function roleRefErrors(draft: Draft, old: Readonly<KubeObject>): FieldError[] {
  const { roleRef } = draft as RoleBinding
  const before = (old as RoleBinding).roleRef
  const isSame = roleRef.apiGroup === before.apiGroup && roleRef.kind === before.kind && roleRef.name === before.name
  return isSame ? [] : [invalid(ROLE_REF, roleRef, 'cannot change roleRef', printRoleRef(roleRef))]
}

const printRoleRef = ({ apiGroup, kind, name }: RoleRef): string =>
  `rbac.RoleRef{APIGroup:${JSON.stringify(apiGroup ?? '')}, Kind:${JSON.stringify(kind ?? '')}, Name:${JSON.stringify(name ?? '')}}`

function tableRow(object: Readonly<KubeObject>, nowMs: number): unknown[] {
  const { metadata, roleRef, subjects = [] } = object as Readonly<RoleBinding>
  const named = (kind: string): Subject[] => subjects.filter((one) => one.kind === kind)
  const names = (kind: string): string =>
    named(kind)
      .map((one) => one.name)
      .join(', ')
  return [
    metadata.name ?? '',
    `${roleRef.kind}/${roleRef.name}`,
    ageCell(metadata.creationTimestamp, nowMs),
    names('User'),
    names('Group'),
    named('ServiceAccount')
      .map(({ namespace, name }) => `${namespace ?? ''}/${name}`)
      .join(', '),
  ]
}

function bindingStrategy(namespaced: boolean): Strategy {
  const validate = (draft: Draft): FieldError[] => validateBinding(draft, namespaced)
  const twice = twiceAsNew(validate, namespaced)
  return {
    ...ACCESS_RULE,
    default: fillDefaults,
    validate,
    validateUpdate: (draft, old) => [...twice(draft, old), ...roleRefErrors(draft, old)],
    tableRow,
  }
}

/** Role bindings (API reference, rbac.authorization.k8s.io/v1 RoleBinding). */
export const roleBindingStrategy: Strategy = bindingStrategy(true)

/** Cluster role bindings (API reference, rbac.authorization.k8s.io/v1 ClusterRoleBinding). */
export const clusterRoleBindingStrategy: Strategy = bindingStrategy(false)
