import type { ProjectNames } from './project-names.ts'

export const definitionFile = ({ group, kind, plural, singular }: ProjectNames): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.${group}
spec:
  group: ${group}
  scope: Namespaced
  names:
    kind: ${kind}
    plural: ${plural}
    singular: ${singular}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources:
        status: {}
      additionalPrinterColumns:
        - { name: Who, type: string, jsonPath: .spec.who }
        - { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
      schema:
        openAPIV3Schema:
          description: Someone to greet.
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              properties:
                who:
                  description: Who is greeted.
                  type: string
                  minLength: 1
                  maxLength: 100
                  default: world
            status:
              type: object
              properties:
                observedGeneration:
                  description: The generation that the conditions are about.
                  type: integer
                  format: int64
                conditions:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [type]
                  items:
                    type: object
                    required: [type, status, lastTransitionTime, reason, message]
                    properties:
                      type: { type: string }
                      status: { type: string, enum: ['True', 'False', Unknown] }
                      observedGeneration: { type: integer, format: int64 }
                      lastTransitionTime: { type: string, format: date-time }
                      reason: { type: string }
                      message: { type: string }
`

export const sampleFile = ({ group, kind }: ProjectNames): string => `apiVersion: ${group}/v1alpha1
kind: ${kind}
metadata:
  name: sample
spec:
  who: everybody
`

/** Exactly what the controller asks for, and the Lease of its leader election. */
export const rbacFile = ({ name, group, plural }: ProjectNames): string => `apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${name} }
rules:
  - { apiGroups: [${group}], resources: [${plural}], verbs: [list, watch] }
  - { apiGroups: [${group}], resources: [${plural}/status], verbs: [patch] }
  # Owner references that block the deletion of their owner may need this (admission plugin OwnerReferencesPermissionEnforcement).
  - { apiGroups: [${group}], resources: [${plural}/finalizers], verbs: [update] }
  - { apiGroups: [''], resources: [configmaps], verbs: [create, list, patch, watch] }
  - { apiGroups: [events.k8s.io], resources: [events], verbs: [create, patch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name} }
subjects: [{ kind: ServiceAccount, name: ${name}, namespace: default }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${name}-leader-election, namespace: default }
rules:
  - { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create, get, update] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${name}-leader-election, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name}-leader-election }
subjects: [{ kind: ServiceAccount, name: ${name}, namespace: default }]
`
