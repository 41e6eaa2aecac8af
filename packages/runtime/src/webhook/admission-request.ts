import type { UserInfo } from '@kubetape/api/types/authentication/v1'
import type { GroupVersionKind, GroupVersionResource, KubeObject } from '@kubetape/apimachinery'

/** What a request wants to do with an object. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** What the API server asks an admission webhook (API reference, AdmissionRequest of admission.k8s.io/v1). */
export interface AdmissionRequest<T extends KubeObject = KubeObject> {
  readonly uid: string
  /** The kind of the object as it is sent; the API server converts it to what the webhook is registered for. */
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subResource?: string
  /** The kind, resource and subresource of the request itself, where they differ. */
  readonly requestKind?: GroupVersionKind
  readonly requestResource?: GroupVersionResource
  readonly requestSubResource?: string
  /** Empty while a name is still to be generated. */
  readonly name?: string
  readonly namespace?: string
  readonly operation: AdmissionOperation
  readonly userInfo: Readonly<UserInfo>
  /** The object as it would be stored; null for DELETE. */
  readonly object: T | null
  /** The stored object of UPDATE and DELETE. */
  readonly oldObject: T | null
  readonly dryRun?: boolean
  /** CreateOptions, UpdateOptions or DeleteOptions of the request. */
  readonly options?: KubeObject | null
}
