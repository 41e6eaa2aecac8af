import type { PersistentVolumeClaim, SecretReference } from '@kubetape/api/types/core/v1'
import { dnsLabelErrors, dnsSubdomainErrors } from '@kubetape/apimachinery'
import type { CsiParameters } from '@kubetape/csi'
import { DEFAULT_SECRET, PARAMETER_PREFIX, secretNameKey, secretNamespaceKey, type SecretPurpose } from './class-parameters.ts'

/** Of whom the templates of a class speak. */
export interface SecretSubject {
  readonly volumeName: string
  readonly claim: {
    readonly namespace: string
    readonly name: string
    readonly annotations?: PersistentVolumeClaim['metadata']['annotations']
  }
}

/**
 * The Secret that a class names for a purpose, or for all of them; undefined where it names none. The name may use `${pv.name}`, `${pvc.name}`,
 * `${pvc.namespace}` and `${pvc.annotations['key']}`, the namespace only what the claim's author has no say in (Kubernetes CSI documentation, "Secrets
 * and Credentials"). Throws for half a reference and for what makes no name.
 */
export function secretReference(purpose: SecretPurpose, parameters: CsiParameters, subject: SecretSubject): SecretReference | undefined {
  const templates =
    templatesOf(purpose, parameters, 'failed to get name and namespace template from params') ??
    templatesOf(DEFAULT_SECRET, parameters, 'failed to get default name and namespace template from params')
  if (templates === undefined) return undefined
  const { volumeName, claim } = subject
  const known = new Map([
    ['pv.name', volumeName],
    ['pvc.namespace', claim.namespace],
  ])
  const namespace = resolved(templates.namespace, known, 'namespace', dnsLabelErrors)
  known.set('pvc.name', claim.name)
  for (const [key, value] of Object.entries(claim.annotations ?? {})) known.set(`pvc.annotations['${key}']`, value)
  return { name: resolved(templates.name, known, 'secret', dnsSubdomainErrors), namespace }
}

function templatesOf(purpose: SecretPurpose, parameters: CsiParameters, what: string): { name: string; namespace: string } | undefined {
  const { title, deprecated } = purpose
  const given = (current: string, old: string): string[] =>
    [current, ...(deprecated === undefined ? [] : [`${deprecated}${old}`])]
      .filter((key) => key in parameters)
      .map((key) => parameters[key]!)
  const names = given(secretNameKey(purpose), 'SecretName')
  const namespaces = given(secretNamespaceKey(purpose), 'SecretNamespace')
  if (names.length > 1 || namespaces.length > 1)
    throw new Error(`${what}: ${title} secrets specified in parameters with both "csi" and "${PARAMETER_PREFIX}" keys`)
  if (names.length !== namespaces.length)
    throw new Error(`${what}: either name and namespace for ${title} secrets specified, Both must be specified`)
  if (names.length === 0) return undefined
  if (names[0] === '' || namespaces[0] === '')
    throw new Error(`${what}: ${title} secrets specified in parameters but value of either namespace or name is empty`)
  return { name: names[0]!, namespace: namespaces[0]! }
}

function resolved(template: string, known: ReadonlyMap<string, string>, what: string, errorsOf: (name: string) => string[]): string {
  const missing = new Set<string>()
  const text = template.replaceAll(/\$\{([^}]*)\}|\$(\w+)/g, (_, braced: string | undefined, bare: string | undefined) => {
    const token = braced ?? bare!
    if (!known.has(token)) missing.add(token)
    return known.get(token) ?? ''
  })
  const tokens = [...missing].sort().map((token) => JSON.stringify(token))
  if (tokens.length > 0) throw new Error(`error resolving value ${JSON.stringify(template)}: invalid tokens: [${tokens.join(' ')}]`)
  if (errorsOf(text).length === 0) return text
  const resolution = text === template ? '' : `resolved to ${JSON.stringify(text)} which `
  throw new Error(`${JSON.stringify(template)} ${resolution}is not a valid ${what} name`)
}
