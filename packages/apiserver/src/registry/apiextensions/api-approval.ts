/** The annotation that a definition of a protected group carries (API reference, KEP-2337). */
export const API_APPROVED_ANNOTATION = 'api-approved.kubernetes.io'

const POLICY = 'https://github.com/kubernetes/enhancements/pull/1111'

/** Whether a definition of a protected group may be there, with what upstream says of it. */
export type ApiApproval =
  /** The annotation is an address at which the API was approved. */
  | { readonly state: 'approved'; readonly message: string }
  /** The annotation says that there is no approval. */
  | { readonly state: 'bypassed'; readonly message: string }
  | { readonly state: 'missing'; readonly message: string }
  /** The annotation is neither. */
  | { readonly state: 'invalid'; readonly message: string }

/** Whether the Kubernetes community owns this group's name. */
export function isProtectedGroup(group: string): boolean {
  return /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)
}

/** What the annotations say of the approval. */
export function apiApproval(annotations: Readonly<Record<string, string>> | undefined): ApiApproval {
  const text = annotations?.[API_APPROVED_ANNOTATION]
  if (!text) {
    return {
      state: 'missing',
      message: `protected groups must have approval annotation ${JSON.stringify(API_APPROVED_ANNOTATION)}, see ${POLICY}`,
    }
  }
  if (text.startsWith('unapproved')) return { state: 'bypassed', message: `not approved: ${JSON.stringify(text)}` }
  if (isAddress(text)) return { state: 'approved', message: `approved in ${text}` }
  return {
    state: 'invalid',
    message: `protected groups must have approval annotation ${JSON.stringify(API_APPROVED_ANNOTATION)} with either a URL or a reason starting with "unapproved", see ${POLICY}`,
  }
}

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.host !== ''
}
