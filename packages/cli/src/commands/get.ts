import { type KubeObject, type LabelSelector, parseLabelSelector } from '@kubetape/apimachinery'
import type { LogReader } from '@kubetape/eventlog'
import { objectAt, objectsAt } from '@kubetape/replay'
import { type Command, Option } from 'commander'
import { momentOf } from '../moment.ts'
import { parseObjectArgument, type TapeResource } from '../object-reference.ts'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { OBJECT_FORMATS, type ObjectFormat, printObjects } from '../print-object.ts'

interface GetFlags extends TapeFlags {
  at?: string
  namespace: string
  allNamespaces?: boolean
  selector?: string
  output?: ObjectFormat
  headers: boolean
  showManagedFields?: boolean
}

export function addGet(program: Command, output: Output): void {
  addTapeOptions(program.command('get'))
    .description('Show objects as they were at a moment: kubectl get for the past')
    .argument('<kind>', 'kind, short name, or KIND/NAME')
    .argument('[name]', 'one object')
    .option('--at <moment>', 'revision, rv:<resourceVersion> or a time like 2024-05-01T12:00:00Z (default: the end of the tape)')
    .option('-n, --namespace <name>', 'namespace', 'default')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .option('-l, --selector <labels>', 'only objects with these labels')
    .addOption(new Option('-o, --output <format>').choices(OBJECT_FORMATS))
    .option('--no-headers', 'no headings')
    .option('--show-managed-fields', 'keep metadata.managedFields in JSON and YAML')
    .action((kind: string, name: string | undefined, flags: GetFlags) =>
      withTape(flags, (reader) => get(reader, name === undefined ? [kind] : [kind, name], flags, output)),
    )
}

function get(reader: LogReader, words: readonly string[], flags: GetFlags, output: Output): void {
  const { revision, timeMs } = momentOf(reader, flags.at)
  const { resource, name } = parseObjectArgument(words, reader, revision)
  if (name !== undefined && (flags.allNamespaces === true || flags.selector !== undefined))
    throw new CommandFailed(`Cannot get "${name}": a name goes neither with --all-namespaces nor with --selector`, 2)
  const namespace = resource.namespaced && flags.allNamespaces !== true ? flags.namespace : ''
  const objects =
    name === undefined ? list(reader, resource, namespace, revision, flags.selector) : [one(reader, resource, namespace, name, revision)]
  if (objects.length === 0 && (flags.output === undefined || flags.output === 'wide')) {
    output.err(namespace === '' ? 'No resources found' : `No resources found in ${namespace} namespace.`)
    return
  }
  const lines = printObjects(resource, objects, {
    format: flags.output,
    single: name !== undefined,
    namespaceColumn: resource.namespaced && flags.allNamespaces === true,
    headers: flags.headers,
    managedFields: flags.showManagedFields === true,
    nowMs: timeMs,
  })
  for (const line of lines) output.out(line)
}

function one(reader: LogReader, resource: TapeResource, namespace: string, name: string, revision: number): KubeObject {
  const object = objectAt(reader, { group: resource.group, resource: resource.resource, namespace, name }, revision)
  if (object === undefined)
    throw new CommandFailed(
      `Cannot get ${resource.resource} "${name}"${namespace === '' ? '' : ` in namespace "${namespace}"`}: it did not exist at revision ${revision}`,
    )
  return object
}

function list(
  reader: LogReader,
  { group, resource }: TapeResource,
  namespace: string,
  revision: number,
  labels: string | undefined,
): KubeObject[] {
  const objects = objectsAt(reader, { group, resource, namespace }, revision)
  if (labels === undefined) return [...objects]
  const selector = selectorOf(labels)
  return [...objects].filter((object) => selector.matches(object.metadata?.labels))
}

function selectorOf(labels: string): LabelSelector {
  try {
    return parseLabelSelector(labels)
  } catch (error) {
    throw new CommandFailed(`Cannot use the selector "${labels}": ${(error as Error).message}`, 2, { cause: error })
  }
}
