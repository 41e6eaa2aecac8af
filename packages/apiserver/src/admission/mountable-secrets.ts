import type { Container, EphemeralContainer, Pod, ServiceAccount } from '@kubetape/api/types/core/v1'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'
/** What Go's strconv.ParseBool takes for true. */
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])

/** Whether Pods of this account may refer only to the Secrets that it names. */
export function limitsSecrets({ metadata }: Readonly<ServiceAccount>): boolean {
  return TRUE.has(metadata.annotations?.[ENFORCE] ?? '')
}

/** Why a Pod may not refer to one of its Secrets; undefined where it may. The words are upstream's. */
export function secretsRefusal({ spec }: Readonly<Pod>, account: Readonly<ServiceAccount>): string | undefined {
  for (const { secret } of spec.volumes ?? []) {
    if (secret !== undefined && !mountable(account, secret.secretName))
      return `volume with secret.secretName="${secret.secretName}" is not allowed because service account ${account.metadata.name} does not reference that secret`
  }
  const inContainers =
    containersRefusal('init container', spec.initContainers ?? [], account) ??
    containersRefusal('container', spec.containers ?? [], account)
  if (inContainers !== undefined) return inContainers
  const pulls = new Set((account.imagePullSecrets ?? []).map(({ name }) => name))
  for (const [at, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pulls.has(name))
      return `imagePullSecrets[${at}].name="${name}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`
  }
  return undefined
}

/** The same of containers that are called `called`. */
export function containersRefusal(
  called: string,
  containers: readonly (Container | EphemeralContainer)[],
  account: Readonly<ServiceAccount>,
): string | undefined {
  const refusal = (what: string, name: string | undefined): string =>
    `${what} referencing secret.secretName="${name}" is not allowed because service account ${account.metadata.name} does not reference that secret`
  for (const container of containers) {
    for (const { name, valueFrom } of container.env ?? []) {
      const reference = valueFrom?.secretKeyRef
      if (reference !== undefined && !mountable(account, reference.name))
        return refusal(`${called} ${container.name} with envVar ${name}`, reference.name)
    }
    for (const { secretRef } of container.envFrom ?? []) {
      if (secretRef !== undefined && !mountable(account, secretRef.name))
        return refusal(`${called} ${container.name} with envFrom`, secretRef.name)
    }
  }
  return undefined
}

const mountable = ({ secrets = [] }: Readonly<ServiceAccount>, name: string | undefined): boolean =>
  secrets.some((one) => one.name === name)
