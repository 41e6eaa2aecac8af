import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'

/** PEM texts of a certificate with its chain, and of its key. */
export interface CertificatePair {
  readonly cert: string
  readonly key: string
}

/** Where a certificate lies. */
export interface CertificateFiles {
  readonly folder: string
  readonly certName: string
  readonly keyName: string
}

/** Reads a certificate and its key. Throws when a file cannot be read, or when both do not belong together, as while they are being replaced. */
export async function readCertificate({ folder, certName, keyName }: CertificateFiles): Promise<CertificatePair> {
  const [cert, key] = await Promise.all([readPart(join(folder, certName)), readPart(join(folder, keyName))])
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new Error(`Cannot use the certificate in ${folder}: ${(cause as Error).message}`, { cause })
  }
  return { cert, key }
}

async function readPart(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}
