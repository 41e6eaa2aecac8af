import type { WebhookTarget } from './webhook-transport.ts'

const VERIFY = 'tls: failed to verify certificate: x509: '

/** What certificates are refused for, by Node's codes, in Go's words. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  // An authority of the same name and another key: Go, too, says that it knows none that signed this.
  CERT_SIGNATURE_FAILURE: `${VERIFY}certificate signed by unknown authority`,
  CERT_HAS_EXPIRED: `${VERIFY}certificate has expired or is not yet valid`,
  CERT_NOT_YET_VALID: `${VERIFY}certificate has expired or is not yet valid`,
  DEPTH_ZERO_SELF_SIGNED_CERT: `${VERIFY}certificate signed by unknown authority`,
  SELF_SIGNED_CERT_IN_CHAIN: `${VERIFY}certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT: `${VERIFY}certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${VERIFY}certificate signed by unknown authority`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${VERIFY}certificate signed by unknown authority`,
}

/** What happened on the way, in the words that Go's client has for it: users and tests match on them. */
export function networkErrorText(
  error: NodeJS.ErrnoException & { readonly cert?: { readonly subjectaltname?: string } },
  target: WebhookTarget,
): string {
  const { code = '' } = error
  const where = `${target.host}:${target.port}`
  if (CERTIFICATE_PROBLEMS[code] !== undefined) return CERTIFICATE_PROBLEMS[code]
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${where}: connect: connection refused`
    case 'ETIMEDOUT':
      return `dial tcp ${where}: i/o timeout`
    case 'EHOSTUNREACH':
      return `dial tcp ${where}: connect: no route to host`
    case 'ENETUNREACH':
      return `dial tcp ${where}: connect: network is unreachable`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${target.host}: no such host`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${VERIFY}${namesText(error.cert?.subjectaltname ?? '')}, not ${target.serverName}`
    case 'ECONNRESET':
      return 'EOF'
    case 'EPROTO':
      return 'http: server gave HTTP response to HTTPS client'
    default:
      return error.message
  }
}

/** `DNS:a, IP Address:b` as Go lists the names of a certificate. */
function namesText(names: string): string {
  const list = names
    .split(', ')
    .filter((one) => one !== '')
    .map((one) => one.replace(/^[^:]*:/, ''))
  return list.length === 0 ? 'certificate is not valid for any names' : `certificate is valid for ${list.join(', ')}`
}
