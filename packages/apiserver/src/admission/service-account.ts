import type { Container, Pod, ServiceAccount, Volume } from '@kubetape/api/types/core/v1'
import { cloneJson, forbiddenError } from '@kubetape/apimachinery'
import { type Clock, sleep } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { podSecretNames } from '../registry/core/pod/pod-secret-names.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts'
import { containersRefusal, limitsSecrets, secretsRefusal } from './mountable-secrets.ts'

const SERVICE_ACCOUNTS = { group: '', resource: 'serviceaccounts' } as const
const PODS = { group: '', resource: 'pods' } as const
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const MIRROR = 'kubernetes.io/config.mirror'
const TOKEN_SECONDS = 3607
const MODE = 420
const WAIT_MS = 50
const WAIT_TRIES = 30

/** Gives Pods their service account and its projected token (plugin ServiceAccount). */
export function serviceAccount(storage: Storage, clock: Clock): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    mutate(attributes) {
      if (attributes.operation !== 'CREATE' || !isPod(attributes)) return undefined
      const pod = attributes.draft as Pod
      if (pod.metadata.annotations?.[MIRROR] !== undefined) return undefined
      pod.spec.serviceAccountName ||= 'default'
      pod.spec.serviceAccount = pod.spec.serviceAccountName
      const account = lookUp(storage, attributes, pod.spec.serviceAccountName)
      if (account !== undefined) return give(pod, account, attributes)
      return waitForDefault(storage, clock, attributes, pod)
    },
    validate(attributes) {
      const { operation, resource, subresource } = attributes
      if (resource.info.group !== '' || resource.info.resource !== 'pods') return
      const pod = attributes.draft as Pod
      if (operation === 'CREATE' && subresource === '') refuse(attributes, refusalOfNew(storage, attributes, pod))
      if (operation === 'UPDATE' && subresource === 'ephemeralcontainers') {
        const account = lookUp(storage, attributes, pod.spec.serviceAccountName ?? '')
        if (account === undefined || !limitsSecrets(account)) return
        refuse(attributes, containersRefusal('ephemeral container', pod.spec.ephemeralContainers ?? [], account))
      }
    },
  }
}

function refuse({ draft, name }: AdmissionAttributes, why: string | undefined): void {
  if (why !== undefined) throw forbiddenError(PODS, name || (draft?.metadata?.generateName ?? ''), why)
}

/** Why a new Pod may not be what it is; a mirror Pod stands for one that a kubelet runs already, and may have nothing that the API would give it. */
function refusalOfNew(storage: Storage, attributes: AdmissionAttributes, { metadata, spec }: Pod): string | undefined {
  if (metadata.annotations?.[MIRROR] !== undefined) {
    if (spec.serviceAccountName) return 'a mirror pod may not reference service accounts'
    if (podSecretNames(spec).next().done !== true) return 'a mirror pod may not reference secrets'
    return undefined
  }
  const account = lookUp(storage, attributes, spec.serviceAccountName ?? '')
  return account !== undefined && limitsSecrets(account) ? secretsRefusal({ metadata, spec }, account) : undefined
}

function give(pod: Pod, account: ServiceAccount, { context }: AdmissionAttributes): undefined {
  if (account.imagePullSecrets !== undefined && (pod.spec.imagePullSecrets ?? []).length === 0)
    pod.spec.imagePullSecrets = cloneJson(account.imagePullSecrets)
  if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod, context.newSuffix())
}

/** A new namespace gets its default account a moment later; a Pod that comes first waits for it, about as long as upstream does. */
async function waitForDefault(storage: Storage, clock: Clock, attributes: AdmissionAttributes, pod: Pod): Promise<void> {
  const name = pod.spec.serviceAccountName!
  for (let attempt = 0; attempt < (name === 'default' ? WAIT_TRIES : 0); attempt++) {
    await sleep(clock, WAIT_MS)
    const account = lookUp(storage, attributes, name)
    if (account !== undefined) return give(pod, account, attributes)
  }
  throw forbiddenError(
    PODS,
    pod.metadata.name || pod.metadata.generateName || '',
    `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
  )
}

const isPod = ({ resource, subresource }: AdmissionAttributes): boolean =>
  resource.info.group === '' && resource.info.resource === 'pods' && subresource === ''

const lookUp = (storage: Storage, { namespace }: AdmissionAttributes, name: string): ServiceAccount | undefined =>
  storage.get(SERVICE_ACCOUNTS, namespace, name)?.object as ServiceAccount | undefined

/** Adds one projected volume and mounts it where a container has nothing at the token's path. */
function mountToken(pod: Pod, suffix: string): void {
  const name = `kube-api-access-${suffix}`
  let used = false
  const mountIn = (container: Container): void => {
    if (container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH)) return
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }]
    used = true
  }
  for (const container of pod.spec.initContainers ?? []) mountIn(container)
  for (const container of pod.spec.containers ?? []) mountIn(container)
  if (used) pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(name)]
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: MODE,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  }
}
