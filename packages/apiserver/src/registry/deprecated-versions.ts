import type { GroupVersionKind } from '@kubetape/apimachinery'

/** Versions that v1.31 still serves and warns of, with what is said of each (Kubernetes deprecation policy): group, version, kind. */
const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['/v1/ComponentStatus', 'v1 ComponentStatus is deprecated in v1.19+'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map((kind): [string, string] => [
    `admissionregistration.k8s.io/v1beta1/${kind}`,
    `admissionregistration.k8s.io/v1beta1 ${kind} is deprecated in v1.31+, unavailable in v1.34+`,
  ]),
  [
    'authentication.k8s.io/v1alpha1/SelfSubjectReview',
    'authentication.k8s.io/v1alpha1 SelfSubjectReview is deprecated in v1.29+, unavailable in v1.32+',
  ],
  [
    'authentication.k8s.io/v1beta1/SelfSubjectReview',
    'authentication.k8s.io/v1beta1 SelfSubjectReview is deprecated in v1.30+, unavailable in v1.33+',
  ],
  ...['FlowSchema', 'PriorityLevelConfiguration'].map((kind): [string, string] => [
    `flowcontrol.apiserver.k8s.io/v1beta3/${kind}`,
    `flowcontrol.apiserver.k8s.io/v1beta3 ${kind} is deprecated in v1.29+, unavailable in v1.32+; use flowcontrol.apiserver.k8s.io/v1 ${kind}`,
  ]),
])

/** The warning that every answer of this version of a built-in kind carries; undefined where there is none. */
export const deprecatedVersion = ({ group, version, kind }: GroupVersionKind): string | undefined =>
  DEPRECATED.get(`${group}/${version}/${kind}`)
