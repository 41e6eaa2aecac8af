import type { RoleData } from './role-data.ts'

/**
 * A bootstrap binding: NAME of the role (and of the binding), then subjects as `u:USER`, `g:GROUP` or `s:NAMESPACE/ACCOUNT`.
 * `as` names the binding where it is not called like its role.
 */
export interface BindingData {
  readonly role: string
  readonly subjects: readonly string[]
  readonly as?: string
  readonly gate?: string
}

/** The ClusterRoleBindings of v1.31 that are no controller's. */
export const CLUSTER_ROLE_BINDINGS: readonly BindingData[] = [
  { role: 'cluster-admin', subjects: ['g:system:masters'] },
  { role: 'system:monitoring', subjects: ['g:system:monitoring'] },
  { role: 'system:discovery', subjects: ['g:system:authenticated'] },
  { role: 'system:basic-user', subjects: ['g:system:authenticated'] },
  { role: 'system:public-info-viewer', subjects: ['g:system:authenticated', 'g:system:unauthenticated'] },
  { role: 'system:node-proxier', subjects: ['u:system:kube-proxy'] },
  { role: 'system:kube-controller-manager', subjects: ['u:system:kube-controller-manager'] },
  { role: 'system:kube-dns', subjects: ['s:kube-system/kube-dns'] },
  { role: 'system:kube-scheduler', subjects: ['u:system:kube-scheduler'] },
  { role: 'system:volume-scheduler', subjects: ['u:system:kube-scheduler'] },
  // Nodes are the Node authorizer's: nobody has this role unless somebody is added.
  { role: 'system:node', subjects: [] },
  { role: 'system:service-account-issuer-discovery', subjects: ['g:system:serviceaccounts'] },
  { role: 'system:cluster-trust-bundle-discovery', subjects: ['g:system:serviceaccounts'], gate: 'ClusterTrustBundle' },
]

/** The Roles and RoleBindings of v1.31 by namespace. */
export const NAMESPACE_POLICY: Readonly<
  Record<string, { readonly roles: readonly RoleData[]; readonly bindings: readonly BindingData[] }>
> = {
  'kube-system': {
    roles: [
      { name: 'extension-apiserver-authentication-reader', rules: ['read + configmaps extension-apiserver-authentication'] },
      { name: 'system:controller:bootstrap-signer', rules: ['read + secrets'] },
      { name: 'system:controller:cloud-provider', rules: ['create,get,list,watch + configmaps'] },
      {
        name: 'system:controller:token-cleaner',
        rules: ['delete,get,list,watch + secrets', 'create,patch,update +events events'],
      },
      {
        name: 'system::leader-locking-kube-controller-manager',
        rules: ['watch + configmaps', 'get,update + configmaps kube-controller-manager'],
      },
      { name: 'system::leader-locking-kube-scheduler', rules: ['watch + configmaps', 'get,update + configmaps kube-scheduler'] },
    ],
    bindings: [
      {
        role: 'extension-apiserver-authentication-reader',
        as: 'system::extension-apiserver-authentication-reader',
        subjects: ['u:system:kube-controller-manager', 'u:system:kube-scheduler'],
      },
      {
        role: 'system::leader-locking-kube-controller-manager',
        subjects: ['u:system:kube-controller-manager', 's:kube-system/kube-controller-manager'],
      },
      { role: 'system::leader-locking-kube-scheduler', subjects: ['u:system:kube-scheduler', 's:kube-system/kube-scheduler'] },
      { role: 'system:controller:bootstrap-signer', subjects: ['s:kube-system/bootstrap-signer'] },
      { role: 'system:controller:cloud-provider', subjects: ['s:kube-system/cloud-provider'] },
      { role: 'system:controller:token-cleaner', subjects: ['s:kube-system/token-cleaner'] },
    ],
  },
  'kube-public': {
    roles: [
      {
        name: 'system:controller:bootstrap-signer',
        rules: ['read + configmaps', 'update + configmaps cluster-info', 'create,patch,update +events events'],
      },
    ],
    bindings: [{ role: 'system:controller:bootstrap-signer', subjects: ['s:kube-system/bootstrap-signer'] }],
  },
}
