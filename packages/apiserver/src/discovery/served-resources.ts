import { allGroups, allResources, type ResourceInfo } from '@kubetape/api'
import { compareVersions, formatGroupVersion, type GroupVersion, parseGroupVersion } from '@kubetape/apimachinery'

/** How mature a version is, by its name. */
export type VersionLevel = 'alpha' | 'beta' | 'ga'

/** A flag that cannot be read. Terminal: the command line must change. */
export class RuntimeConfigError extends Error {
  readonly code = 'RUNTIME_CONFIG' as const

  constructor(key: string, why: string) {
    super(`Cannot use runtime config ${JSON.stringify(key)}: ${why}`)
    this.name = 'RuntimeConfigError'
  }
}

/** Beta versions that are on by default: those from before betas were off by default (KEP-3136), as far as v1.31 still has them. */
const BETAS_BY_DEFAULT = new Set(['flowcontrol.apiserver.k8s.io/v1beta3'])
/** Keys that speak of many versions at once; a later one overrides an earlier one. */
const LEVEL_KEYS = ['api/all', 'api/ga', 'api/beta', 'api/alpha'] as const
const VERSION = /^v[1-9][0-9]*(?:(alpha|beta)[1-9][0-9]*)?$/

/** `v1alpha1` → alpha, `v1beta2` → beta, `v1` → ga. */
export function levelOf(version: string): VersionLevel {
  return (VERSION.exec(version)?.[1] as VersionLevel | undefined) ?? 'ga'
}

/** Whether v1.31 serves this version unless told otherwise. */
export function isServedByDefault(target: GroupVersion): boolean {
  return levelOf(target.version) === 'ga' || BETAS_BY_DEFAULT.has(formatGroupVersion(target))
}

/**
 * The built-in resources that are served under a `--runtime-config`, in discovery's order. Keys, the more specific winning: `api/all`, `api/ga`,
 * `api/beta`, `api/alpha`; `v1` or `<group>/<version>`; `<group>/<version>/<resource>`. Values: `true`, `false`, or empty for true.
 * Throws a RuntimeConfigError for a key of no known group or a value that is neither.
 */
export function servedResources(runtimeConfig: Readonly<Record<string, string>> = {}): readonly ResourceInfo[] {
  const settings = readSettings(runtimeConfig)
  return allResources().filter((info) => {
    const version = formatGroupVersion(info)
    const own = settings.get(`${info.group === '' ? 'v1' : version}/${info.resource}`) ?? settings.get(version)
    if (own !== undefined) return own
    let served = isServedByDefault(info)
    for (const key of LEVEL_KEYS) {
      const value = settings.get(key)
      if (value !== undefined && (key === 'api/all' || key === `api/${levelOf(info.version)}`)) served = value
    }
    return served
  })
}

function readSettings(runtimeConfig: Readonly<Record<string, string>>): Map<string, boolean> {
  const groups = new Set(['', ...allGroups().map(({ group }) => group)])
  const settings = new Map<string, boolean>()
  for (const [key, text] of Object.entries(runtimeConfig)) {
    const value = readValue(key, text)
    if (!(LEVEL_KEYS as readonly string[]).includes(key)) checkKey(key, groups)
    settings.set(key, value)
  }
  return settings
}

function readValue(key: string, text: string): boolean {
  if (text === 'true' || text === '') return true
  if (text === 'false') return false
  throw new RuntimeConfigError(key, `${JSON.stringify(text)} is neither true nor false`)
}

function checkKey(key: string, groups: ReadonlySet<string>): void {
  const parts = key.split('/')
  const group = parts[0] === 'v1' ? '' : parts[0]!
  const version = parts[0] === 'v1' ? 'v1' : parts[1]
  if (!groups.has(group)) throw new RuntimeConfigError(key, `there is no API group ${JSON.stringify(group)}`)
  if (version === undefined || !VERSION.test(version)) throw new RuntimeConfigError(key, 'a version such as "v1" or "v1beta1" is missing')
  const resource = parts.slice(group === '' ? 1 : 2)
  if (resource.length > 1) throw new RuntimeConfigError(key, 'there is more after the resource')
  if (resource.length === 1 && !allResources().some((info) => info.group === group && info.resource === resource[0])) {
    throw new RuntimeConfigError(key, `there is no resource ${JSON.stringify(resource[0])} in that group`)
  }
}

/** Reads the flag itself: `api/all=true,batch/v1=false`. Throws a RuntimeConfigError for a part without a key. */
export function parseRuntimeConfig(flag: string): Record<string, string> {
  const config: Record<string, string> = {}
  for (const part of flag.split(',')) {
    const text = part.trim()
    if (text === '') continue
    const at = text.indexOf('=')
    const key = (at < 0 ? text : text.slice(0, at)).trim()
    if (key === '') throw new RuntimeConfigError(text, 'there is no key before the equals sign')
    config[key] = at < 0 ? '' : text.slice(at + 1).trim()
  }
  return config
}

/** A version that is served, with its resources. */
export interface ServedVersion extends GroupVersion {
  readonly resources: readonly ResourceInfo[]
}

/** A group that is served; the version that clients should prefer is the first. */
export interface ServedGroup {
  readonly group: string
  readonly versions: readonly ServedVersion[]
}

/**
 * Resources by group and version: the core group first, then v1.31's own groups in their order, then any other (custom resources) by name, with
 * the most mature version first.
 */
export function groupResources(resources: readonly ResourceInfo[]): readonly ServedGroup[] {
  const byVersion = new Map<string, ResourceInfo[]>()
  for (const info of resources) {
    const key = formatGroupVersion(info)
    const list = byVersion.get(key)
    if (list === undefined) byVersion.set(key, [info])
    else list.push(info)
  }
  const order = allGroups().map(({ group, versions }) => ({ group, versions: versions.map(({ version }) => version) }))
  const known = new Set(order.map(({ group }) => group))
  const others = [...new Set(resources.map(({ group }) => group).filter((group) => group !== '' && !known.has(group)))].sort()
  const versionsOf = (group: string): string[] =>
    [...byVersion.keys()]
      .map(parseGroupVersion)
      .filter((one) => one.group === group)
      .map(({ version }) => version)
      .sort(compareVersions)
  return [{ group: '', versions: ['v1'] }, ...order, ...others.map((group) => ({ group, versions: versionsOf(group) }))]
    .map(({ group, versions }) => ({
      group,
      versions: versions.flatMap((version) => {
        const served = byVersion.get(formatGroupVersion({ group, version }))
        return served === undefined ? [] : [{ group, version, resources: served }]
      }),
    }))
    .filter(({ versions }) => versions.length > 0)
}
