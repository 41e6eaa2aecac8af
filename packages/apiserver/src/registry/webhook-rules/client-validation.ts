import type { ServiceReference, WebhookClientConfig } from '@kubetape/api/types/apiextensions/v1'
import { dnsSubdomainErrors, type FieldError, type FieldPath, invalid, portNumberErrors, required } from '@kubetape/apimachinery'

const FORM = '; desired format: https://host[/path]'

/** What is wrong with how a webhook is addressed: exactly one of an address and a Service, and each in its form. */
export function validateWebhookAddress({ url, service }: Readonly<WebhookClientConfig>, path: FieldPath): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')]
  return url !== undefined ? validateWebhookUrl(url, path.child('url')) : validateWebhookService(service!, path.child('service'))
}

/** What is wrong with how a webhook is reached: its address, and the certificates that it is known by. */
export function validateWebhookClient(client: Readonly<WebhookClientConfig>, path: FieldPath): FieldError[] {
  const { url, service, caBundle } = client
  const errors = validateWebhookAddress(client, path)
  if ((url === undefined) === (service === undefined)) return errors
  if (caBundle !== undefined && caBundle !== '' && !hasCertificate(caBundle))
    errors.push(
      invalid(
        path.child('caBundle'),
        caBundle,
        'unable to load root certificates: unable to parse bytes as PEM block',
        printBytes(caBundle),
      ),
    )
  return errors
}

/** Upstream prints the bytes of a bundle as a list of numbers in hexadecimal. */
function printBytes(base64: string): string {
  return `[]byte{${[...Buffer.from(base64, 'base64')].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`
}

const hasCertificate = (base64: string): boolean => Buffer.from(base64, 'base64').toString('latin1').includes('-----BEGIN CERTIFICATE-----')

function validateWebhookUrl(text: string, path: FieldPath): FieldError[] {
  const url = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text)
  if (url === null) return [required(path, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid character${FORM}`)]
  const [, scheme = '', authority = '', , query = '', fragment = ''] = url
  const at = authority.lastIndexOf('@')
  const errors: FieldError[] = []
  if (scheme.toLowerCase() !== 'https') errors.push(invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`))
  if (authority.slice(at + 1) === '') errors.push(invalid(path, '', `host must be specified${FORM}`))
  if (at >= 0) errors.push(invalid(path, authority.slice(0, at), 'user information is not permitted in the URL'))
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'))
  return errors
}

function validateWebhookService({ name, namespace, path: urlPath, port = 0 }: Readonly<ServiceReference>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!name) errors.push(required(path.child('name'), 'service name is required'))
  if (!namespace) errors.push(required(path.child('namespace'), 'service namespace is required'))
  const wrong = portNumberErrors(port)
  if (wrong.length > 0) errors.push(invalid(path.child('port'), port, `port is not valid: ${wrong.join(',')}`))
  if (urlPath === undefined || urlPath === '' || urlPath === '/') return errors
  return [...errors, ...segmentErrors(urlPath, path.child('path'))]
}

function segmentErrors(urlPath: string, path: FieldPath): FieldError[] {
  if (urlPath === '//') return [invalid(path, urlPath, 'segment[0] may not be empty')]
  const errors = urlPath.startsWith('/') ? [] : [invalid(path, urlPath, "must start with a '/'")]
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/')
  for (const [at, step] of steps.entries()) {
    if (step === '') errors.push(invalid(path, urlPath, `segment[${at}] may not be empty`))
    else for (const wrong of dnsSubdomainErrors(step)) errors.push(invalid(path, urlPath, `segment[${at}]: ${wrong}`))
  }
  return errors
}
