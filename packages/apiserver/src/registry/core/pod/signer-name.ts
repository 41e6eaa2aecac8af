import {
  DNS_LABEL_MAX_BYTES,
  DNS_SUBDOMAIN_MAX_BYTES,
  dnsLabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
} from '@kubetape/apimachinery'

const PATH_MAX_BYTES = DNS_SUBDOMAIN_MAX_BYTES + DNS_LABEL_MAX_BYTES + 1
const SIGNER_NAME_MAX_BYTES = DNS_SUBDOMAIN_MAX_BYTES + PATH_MAX_BYTES + 1

/** Validates the name of a signer of certificates: `example.com/signer-name` (API reference, CertificateSigningRequestSpec). */
export function validateSignerName(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const errors: FieldError[] = []
  const parts = name.split('/')
  const [domain, rest] = parts
  if (parts.length !== 2 || domain === undefined || rest === undefined) {
    return [invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")]
  }
  if (Buffer.byteLength(domain) > DNS_SUBDOMAIN_MAX_BYTES) errors.push(tooLong(path, DNS_SUBDOMAIN_MAX_BYTES))
  errors.push(...firstWrongLabel(domain, dnsLabelErrors, path))
  if (!domain.includes('.')) errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'))
  errors.push(...firstWrongLabel(rest, dnsSubdomainErrors, path))
  if (Buffer.byteLength(name) > SIGNER_NAME_MAX_BYTES) errors.push(tooLong(path, SIGNER_NAME_MAX_BYTES))
  return errors
}

/** One wrong label is enough to tell; what follows would only repeat it. */
function firstWrongLabel(value: string, rule: (label: string) => string[], path: FieldPath): FieldError[] {
  for (const label of value.split('.')) {
    const messages = rule(label)
    if (messages.length > 0) return messages.map((message) => invalid(path, value, `validating label ${JSON.stringify(label)}: ${message}`))
  }
  return []
}
