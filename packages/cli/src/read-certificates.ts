import { X509Certificate } from 'node:crypto'
import { CommandFailed } from './output.ts'
import { readTextFile } from './read-text-file.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The PEM text of the file that a flag names: at least one certificate, and none that is broken. Throws a CommandFailed that says what is wrong. */
export function readCertificates(flag: string, file: string): string {
  const text = readTextFile(flag, file)
  const certificates = text.match(CERTIFICATE) ?? []
  const refuse = (why: string, cause?: unknown): CommandFailed => new CommandFailed(`Cannot use ${flag} "${file}": ${why}`, 2, { cause })
  if (certificates.length === 0) throw refuse('it has no PEM certificate')
  for (const [at, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate)
    } catch (error) {
      throw refuse(`its certificate ${at + 1} is broken`, error)
    }
  }
  return text
}
