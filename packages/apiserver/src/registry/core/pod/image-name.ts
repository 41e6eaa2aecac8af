/** One path component of an image name (OCI distribution specification). */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
/** A registry host: a DNS name, an IPv4 address or an IPv6 address in brackets, perhaps with a port. */
const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const HOST = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::(\\w[\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
)

/** The tag of an image: `latest` when neither tag nor digest is given; empty with a digest only and for what is no image name. */
export function imageTag(image: string): string {
  const match = REFERENCE.exec(image)
  if (match === null || /^[0-9a-f]{64}$/.test(image)) return ''
  return match[1] ?? (match[2] === undefined ? 'latest' : '')
}

/** The pull policy that an image gets when none is given: Always for `latest`, else IfNotPresent (API reference, Container). */
export const defaultPullPolicy = (image: string): 'Always' | 'IfNotPresent' => (imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent')
