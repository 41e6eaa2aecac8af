import { ScaffoldError } from './scaffold-error.ts'

/** What a project calls things. */
export interface ProjectNames {
  /** Of the package, the controller and what is deployed: `web-shop`. */
  readonly name: string
  /** API group of its kind: `example.com`. */
  readonly group: string
  /** `WebShop` */
  readonly kind: string
  /** Resource name in URLs, RBAC and kubectl: `webshops`. */
  readonly plural: string
  readonly singular: string
  /** Of a variable that holds one object of the kind: `webShop`. */
  readonly variable: string
}

export interface NameOptions {
  /** API group of its kind. Default `example.com`. */
  readonly group?: string
  /** Default: made of the name. */
  readonly kind?: string
}

/** Names that the controller's file imports or is written in. */
const TAKEN = ['ConfigMap', 'Kind', 'KubeObject', 'ObjectMeta', 'TestCluster', 'Map', 'Object', 'Promise', 'String']

/** Works the names out and checks them. Throws a ScaffoldError that says what a name must be. */
export function projectNames(name: string, { group = 'example.com', kind = pascalCase(name) }: NameOptions = {}): ProjectNames {
  const refuse = (what: string, value: string, why: string): never => {
    throw new ScaffoldError(`Cannot use ${what} "${value}": ${why}`)
  }
  if (!/^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/.test(name))
    refuse('the name', name, 'it must be lower-case letters, digits and -, begin with a letter and have at most 52 of them')
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/.test(group) || group.length > 190)
    refuse('the group', group, 'it must be a DNS name with a dot, such as example.com')
  if (/(^|\.)k8s\.io$|(^|\.)kubernetes\.io$/.test(group)) refuse('the group', group, 'it is reserved for Kubernetes')
  if (!/^[A-Z][A-Za-z0-9]{0,60}$/.test(kind))
    refuse('the kind', kind, 'it must be letters and digits that begin with a capital, such as WebShop')
  if (TAKEN.includes(kind)) refuse('the kind', kind, 'the controller uses this name for something else; choose another with --kind')
  const singular = kind.toLowerCase()
  return { name, group, kind, singular, plural: pluralOf(singular), variable: `${kind[0]!.toLowerCase()}${kind.slice(1)}` }
}

const pascalCase = (name: string): string =>
  name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

/** As Kubernetes' own kinds are: `policies`, `classes`, `proxies`, `pods`. */
function pluralOf(singular: string): string {
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`
}
