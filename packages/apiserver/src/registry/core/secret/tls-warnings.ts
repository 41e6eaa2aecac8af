import { createPrivateKey, X509Certificate } from 'node:crypto'

/** Why a certificate and a key (both base64 of PEM) are no pair, in Go's words; undefined when they are one. */
export function tlsPairError(certificate: string, key: string): string | undefined {
  const certificateText = Buffer.from(certificate, 'base64').toString('utf8')
  const keyText = Buffer.from(key, 'base64').toString('utf8')
  const certificateTypes = pemTypes(certificateText)
  if (!certificateTypes.includes('CERTIFICATE')) {
    if (certificateTypes.length === 0) return 'tls: failed to find any PEM data in certificate input'
    if (certificateTypes.length === 1 && certificateTypes[0]!.endsWith('PRIVATE KEY')) {
      return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
    }
    return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certificateTypes.join(' ')}]`
  }
  const keyTypes = pemTypes(keyText)
  if (!keyTypes.some((type) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'))) {
    if (keyTypes.length === 0) return 'tls: failed to find any PEM data in key input'
    if (keyTypes.length === 1 && keyTypes[0] === 'CERTIFICATE')
      return 'tls: found a certificate rather than a key in the PEM for the private key'
    return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${keyTypes.join(' ')}]`
  }
  return matchError(certificateText, keyText)
}

function matchError(certificateText: string, keyText: string): string | undefined {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(certificateText)
  } catch {
    return 'x509: malformed certificate'
  }
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyText)) ? undefined : 'tls: private key does not match public key'
  } catch {
    return 'tls: failed to parse private key'
  }
}

/** The types of the PEM blocks in a text, in order. */
function pemTypes(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)].map((match) => match[1]!)
}
