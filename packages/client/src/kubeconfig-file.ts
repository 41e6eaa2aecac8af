import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type * as library from '@kubernetes/client-node'
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node'
import { type InCluster, inCluster } from './in-cluster.ts'
import { KubeconfigError } from './kubeconfig-error.ts'

/** The library that reads kubeconfigs; loaded on demand, since that takes most of a second. */
export type ClientNode = typeof library

/** A cluster and a user, and the words that errors name their source by. */
export interface ChosenContext {
  readonly source: string
  readonly cluster: Cluster
  readonly user: User
  /** Impersonation beyond the user's name, which the library leaves out. */
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly namespace: string
}

export interface KubeconfigSource {
  readonly path?: string | undefined
  readonly context?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly serviceAccountFolder: string
}

const DEFAULT_NAMESPACE = 'default'

/** A context that names no user acts as this one, who has no credentials. */
const ANONYMOUS = 'anonymous'

/** What one file holds. */
interface Loaded {
  readonly file: string
  readonly config: KubeConfig
  readonly impersonation: ReadonlyMap<string, Record<string, string | string[]>>
}

/**
 * Finds the context to use: of `path`; else of the files in KUBECONFIG, where the first file to name something wins and missing files are
 * skipped, as kubectl does; else of the Pod that this process runs in; else of `~/.kube/config`. Throws KubeconfigError.
 */
export function chooseContext(node: ClientNode, { path, context, env, serviceAccountFolder }: KubeconfigSource): ChosenContext {
  if (path !== undefined) return chosen([loadFile(node, path)], context)
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file))
    if (present.length === 0)
      throw new KubeconfigError(`Cannot read kubeconfig ${listed.map((file) => `"${file}"`).join(', ')} of KUBECONFIG: no such file`)
    return chosen(
      present.map((file) => loadFile(node, file)),
      context,
    )
  }
  const pod = inCluster(env, serviceAccountFolder)
  if (context === undefined && 'context' in pod) return pod.context
  const file = join(env['HOME'] || homedir(), '.kube', 'config')
  if (!existsSync(file))
    throw new KubeconfigError(`Cannot find a cluster: KUBECONFIG is not set, ${whyNoPod(pod, context)}, and there is no "${file}"`)
  return chosen([loadFile(node, file)], context)
}

function loadFile({ KubeConfig: Config, loadYaml }: ClientNode, path: string): Loaded {
  const file = resolve(path)
  const config = new Config()
  let document: unknown
  try {
    const text = readFileSync(file, 'utf8')
    if (text.trim() === '') throw new TypeError('it is empty')
    document = loadYaml(text)
    if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new TypeError('it is no mapping')
    config.loadFromString(text)
  } catch (cause) {
    throw new KubeconfigError(`Cannot read kubeconfig "${file}": ${explain(cause)}`, { cause })
  }
  config.makePathsAbsolute(dirname(file))
  const impersonation = new Map<string, Record<string, string | string[]>>()
  for (const { name, user } of rawUsers(document)) {
    complete(config, name, user, dirname(file))
    impersonation.set(name, impersonationHeaders(user))
  }
  return { file, config, impersonation }
}

function explain(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'permission denied'
  return message.split('\n')[0]!
}

/** The part of a user that the library does not take over. */
interface RawUser {
  readonly tokenFile?: string
  readonly 'as-groups'?: string[]
  readonly 'as-uid'?: string
}

function rawUsers(document: object): { name: string; user: RawUser }[] {
  const { users } = document as { users?: { name: string; user?: RawUser | null }[] }
  return Array.isArray(users) ? users.map(({ name, user }) => ({ name, user: user ?? {} })) : []
}

/** `tokenFile`, which the library forgets, is told as it tells of a Pod's own token: KubeconfigCredentials reads it. */
function complete(config: KubeConfig, name: string, { tokenFile }: RawUser, folder: string): void {
  if (tokenFile === undefined) return
  const authProvider = { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } }
  config.users = config.users.map((user) => (user.name === name && !user.token ? { ...user, authProvider } : user))
}

function impersonationHeaders(user: RawUser): Record<string, string | string[]> {
  const groups = user['as-groups'] ?? []
  return { ...(groups.length > 0 ? { 'impersonate-group': groups } : {}), ...(user['as-uid'] ? { 'impersonate-uid': user['as-uid'] } : {}) }
}

function whyNoPod(pod: InCluster, context: string | undefined): string {
  return 'missing' in pod ? pod.missing : `a Pod knows no context ${JSON.stringify(context)}`
}

function chosen(files: readonly Loaded[], wanted: string | undefined): ChosenContext {
  const source = `kubeconfig ${files.map(({ file }) => `"${file}"`).join(', ')}`
  const refuse = (why: string): never => {
    throw new KubeconfigError(`Cannot use ${source}: ${why}`)
  }
  const contexts = files.flatMap(({ config }) => config.contexts)
  const known =
    contexts.length === 0 ? 'it has no contexts' : `its contexts are ${[...new Set(contexts.map(({ name }) => `"${name}"`))].join(', ')}`
  const name =
    wanted ?? files.map(({ config }) => config.currentContext).find((one) => Boolean(one)) ?? refuse(`no current-context is set; ${known}`)
  const context: Context = contexts.find((one) => one.name === name) ?? refuse(`there is no context "${name}"; ${known}`)
  const cluster =
    files.flatMap(({ config }) => config.clusters).find((one) => one.name === context.cluster) ??
    refuse(`context "${name}" names the cluster "${context.cluster}", which is not there`)
  const namespace = context.namespace || DEFAULT_NAMESPACE
  if (!context.user) return { source, cluster, user: { name: ANONYMOUS }, headers: {}, namespace }
  const owner =
    files.find(({ config }) => config.users.some((one) => one.name === context.user)) ??
    refuse(`context "${name}" names the user "${context.user}", who is not there`)
  const headers = owner.impersonation.get(context.user) ?? {}
  return { source, cluster, user: owner.config.getUser(context.user)!, headers, namespace }
}
