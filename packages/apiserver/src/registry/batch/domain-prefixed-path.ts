import { dnsSubdomainErrors, type FieldError, type FieldPath, invalid, required } from '@kubetape/apimachinery'

/** The characters of an HTTP path. */
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const HTTP_PATH_PATTERN = new RegExp(`^${HTTP_PATH}$`)

/** What keeps `text` from being a path below a domain, as `acme.io/foo`: the form of names that outsiders choose for themselves. */
export function domainPrefixedPathErrors(text: string, path: FieldPath): FieldError[] {
  if (text === '') return [required(path)]
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const domain = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  const errors = dnsSubdomainErrors(domain).map((detail) => invalid(path, domain, detail))
  if (!HTTP_PATH_PATTERN.test(rest)) errors.push(invalid(path, rest, `Invalid path (regex used for validation is '${HTTP_PATH}')`))
  return errors
}
