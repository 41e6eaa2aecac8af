import { allResources, type ResourceInfo } from '@kubetape/api'
import type { CustomResourceColumnDefinition, CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { LogReader } from '@kubetape/eventlog'
import { objectsAt, recordedKinds } from '@kubetape/replay'
import { parseLogKey } from '@kubetape/storage'
import { CommandFailed } from './output.ts'

/** A resource that a tape can hold: a built-in one or one that a CustomResourceDefinition on it defines. */
export interface TapeResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly resource: string
  readonly singular: string
  readonly shortNames?: readonly string[]
  readonly namespaced: boolean
  /** Of a custom resource: the columns that its definition asks for, if any. */
  readonly printerColumns?: readonly CustomResourceColumnDefinition[]
}

/** What an argument names: a kind, and maybe one object of it. */
export interface ObjectArgument {
  readonly resource: TapeResource
  readonly name: string | undefined
}

/**
 * Reads `KIND`, `KIND NAME` or `KIND/NAME`, where KIND is as kubectl takes it: `pod`, `pods`, `po`, `Pod`, `job.batch`, `jobs.v1.batch`. Custom
 * kinds are those of the definitions at `revision`; by default at the end of the tape.
 */
export function parseObjectArgument(words: readonly string[], reader: LogReader, revision = reader.head()): ObjectArgument {
  const [first = '', second, ...more] = words
  if (more.length > 0) throw new CommandFailed(`Cannot use "${words.join(' ')}": one object is KIND NAME or KIND/NAME`, 2)
  const slash = first.indexOf('/')
  if (slash < 0) return { resource: findResource(first, reader, revision), name: second }
  const name = first.slice(slash + 1)
  if (second !== undefined || name === '' || name.includes('/'))
    throw new CommandFailed(`Cannot use "${words.join(' ')}": one object is KIND NAME or KIND/NAME`, 2)
  return { resource: findResource(first.slice(0, slash), reader, revision), name }
}

/** `pod/web`, `job.batch/demo`: an object as kubectl's `-o name` prints it, from its key in the log. */
export function titleOfKey(key: string): { readonly namespace: string; readonly title: string } {
  const { group, resource, namespace, name } = parseLogKey(key)
  return { namespace, title: `${nameOfResource({ group, resource })}/${name}` }
}

let singulars: ReadonlyMap<string, string> | undefined

/** `pod`, `job.batch`; the plural name where the singular is not known. */
export function nameOfResource({ group, resource }: { group: string; resource: string }): string {
  singulars ??= new Map(allResources().map((one) => [`${one.group}/${one.resource}`, one.singular]))
  const name = singulars.get(`${group}/${resource}`) ?? resource
  return group === '' ? name : `${name}.${group}`
}

/** Events have two groups and are stored as those of the core group. */
const STORED_UNDER: Readonly<Record<string, string>> = { 'events.k8s.io/events': '' }

function findResource(word: string, reader: LogReader, revision: number): TapeResource {
  const [name = '', ...rest] = word.toLowerCase().split('.')
  const matches = (one: TapeResource): boolean => isCalled(one, name) && isOf(one, rest.join('.'))
  const found =
    allResources().find((one: ResourceInfo) => one.verbs.includes('list') && matches(one)) ??
    [...customResources(reader, revision)].find(matches) ??
    recordedKinds(reader)
      .map((kind) => ({ ...kind, singular: kind.kind.toLowerCase() }))
      .find(matches)
  if (found === undefined)
    throw new CommandFailed(`Cannot find the kind "${word}": neither Kubernetes nor a CustomResourceDefinition on this tape has it`, 2)
  const group = STORED_UNDER[`${found.group}/${found.resource}`]
  return group === undefined ? found : { ...found, group }
}

function isCalled({ resource, singular, kind, shortNames = [] }: TapeResource, name: string): boolean {
  return name !== '' && (resource === name || singular === name || kind.toLowerCase() === name || shortNames.includes(name))
}

/** `rest` is empty, a group or a version with its group. */
function isOf({ group, version }: TapeResource, rest: string): boolean {
  return rest === '' || rest === group || rest === `${version}.${group}`
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', namespace: '' }

/** In the version that is stored: so the objects are on the tape. */
function* customResources(reader: LogReader, revision: number): Generator<TapeResource> {
  for (const definition of objectsAt(reader, DEFINITIONS, revision)) {
    const { group, scope, names, versions } = (definition as CustomResourceDefinition).spec
    const stored = versions.find((one) => one.storage)
    yield {
      group,
      version: stored?.name ?? '',
      kind: names.kind,
      resource: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      namespaced: scope === 'Namespaced',
      ...(names.shortNames === undefined ? {} : { shortNames: names.shortNames }),
      printerColumns: stored?.additionalPrinterColumns ?? [],
    }
  }
}
