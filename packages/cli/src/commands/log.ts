import { type Clock, sleep } from '@kubetape/determinism'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { parseLogKey, resourcePrefix } from '@kubetape/storage'
import { type Command, Option } from 'commander'
import { authorNames } from '../author.ts'
import { momentOf } from '../moment.ts'
import { nameOfResource, parseObjectArgument, titleOfKey } from '../object-reference.ts'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { Table } from '../table.ts'

interface LogFlags extends TapeFlags {
  namespace?: string
  allNamespaces?: boolean
  from?: string
  to?: string
  follow?: boolean
  output?: 'wide' | 'json'
}

/** Entries that are read at once. */
const PAGE = 500

/** How often a tape that is followed is looked at. */
const FOLLOW_INTERVAL_MS = 200

export function addLog(program: Command, output: Output, clock: Clock): void {
  addTapeOptions(program.command('log'))
    .description('List the changes on a tape: what, when and by whom')
    .argument('[object...]', 'only changes of this KIND, KIND NAME or KIND/NAME')
    .option('-n, --namespace <name>', 'only changes in this namespace (default: all)')
    .addOption(new Option('-A, --all-namespaces', 'changes in all namespaces, which is the default').conflicts('namespace'))
    .option('--from <moment>', 'first revision, rv:<resourceVersion> or time')
    .option('--to <moment>', 'last revision, rv:<resourceVersion> or time')
    .option('-f, --follow', 'wait for more, until --to or Ctrl-C')
    .addOption(
      new Option('-o, --output <format>', 'wide also says the cause and the size; json is one object a line').choices(['wide', 'json']),
    )
    .action((words: string[], flags: LogFlags) => withTape(flags, (reader) => log(reader, words, flags, output, clock)))
}

async function log(reader: LogReader, words: readonly string[], flags: LogFlags, output: Output, clock: Clock): Promise<void> {
  const { prefix, matches, title } = filterOf(reader, words, flags)
  const print = printer(reader, flags, output)
  const last = flags.to === undefined ? Infinity : lastOf(reader, flags.to)
  let from = flags.from === undefined ? 1 : firstOf(reader, flags.from)
  if (flags.from !== undefined && from > last)
    throw new CommandFailed(`Cannot list from ${flags.from} to ${flags.to}: the first revision is after the last one`, 2)
  let found = false
  for (;;) {
    const head = Math.min(reader.head(), last)
    while (from <= head) {
      const page = reader.entries({ from, to: head, limit: PAGE, ...(prefix === undefined ? {} : { prefix }) })
      const wanted = page.filter(matches)
      found ||= wanted.length > 0
      print(wanted)
      from = page.length < PAGE ? head + 1 : page.at(-1)!.revision + 1
    }
    if (flags.follow !== true || from > last) break
    await sleep(clock, FOLLOW_INTERVAL_MS)
  }
  if (found) return
  if (title !== undefined && !everWas(reader, prefix, matches))
    throw new CommandFailed(`Cannot find ${title}: this tape has no change of it`)
  output.err('No changes found')
}

/** Tells an object that did not change in a part of the tape from one that there never was. */
function everWas(reader: LogReader, prefix: string | undefined, matches: (entry: Entry) => boolean): boolean {
  for (let from = 1; ;) {
    const page = reader.entries({ from, limit: PAGE, ...(prefix === undefined ? {} : { prefix }) })
    if (page.some(matches)) return true
    if (page.length < PAGE) return false
    from = page.at(-1)!.revision + 1
  }
}

/** Revisions may be ones that are yet to come. */
const asRevision = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

function lastOf(reader: LogReader, text: string): number {
  return asRevision(text) ?? momentOf(reader, text).revision
}

function firstOf(reader: LogReader, text: string): number {
  const asked = asRevision(text)
  if (asked !== undefined) return asked
  const { revision, timeMs } = momentOf(reader, text)
  const entry = reader.entry(revision)
  return entry !== undefined && entry.timeMs < timeMs ? revision + 1 : revision
}

function filterOf(
  reader: LogReader,
  words: readonly string[],
  { namespace }: LogFlags,
): { prefix: string | undefined; matches: (entry: Entry) => boolean; title?: string } {
  const inNamespace = (entry: Entry): boolean => namespace === undefined || parseLogKey(entry.key).namespace === namespace
  if (words.length === 0) return { prefix: undefined, matches: inNamespace }
  const { resource, name } = parseObjectArgument(words, reader)
  const all = resourcePrefix(resource)
  const prefix = resource.namespaced && namespace !== undefined ? `${all}${namespace}/` : all
  if (name === undefined) return { prefix, matches: () => true }
  const title = `${nameOfResource(resource)}/${name}${resource.namespaced && namespace !== undefined ? ` in namespace "${namespace}"` : ''}`
  return { prefix, matches: (entry) => entry.key.endsWith(`/${name}`), title }
}

function printer(reader: LogReader, flags: LogFlags, output: Output): (entries: readonly Entry[]) => void {
  const nameOf = authorNames(reader)
  const withNamespace = flags.namespace === undefined
  const wide = flags.output === 'wide'
  const table = new Table([
    'REVISION',
    'TIME',
    'OPERATION',
    ...(withNamespace ? ['NAMESPACE'] : []),
    'OBJECT',
    'BY',
    ...(wide ? ['PRIOR', 'BYTES', 'CAUSE'] : []),
  ])
  const row = (entry: Entry): string[] => {
    const { namespace, title } = titleOfKey(entry.key)
    const { revision, timeMs, operation, prior, cause, value } = entry
    const more = wide ? [String(prior), value === undefined ? '<erased>' : String(value.length), cause ?? ''] : []
    return [
      String(revision),
      new Date(timeMs).toISOString(),
      operation,
      ...(withNamespace ? [namespace] : []),
      title,
      nameOf(cause),
      ...more,
    ]
  }
  return (entries) => {
    const lines =
      flags.output === 'json' ? entries.map((entry) => JSON.stringify(jsonOf(entry, nameOf(entry.cause)))) : table.lines(entries.map(row))
    if (lines.length > 0) output.out(lines.join('\n'))
  }
}

function jsonOf({ revision, timeMs, operation, key, prior, cause, value }: Entry, by: string): object {
  return { revision, time: new Date(timeMs).toISOString(), operation, ...parseLogKey(key), prior, by, cause, bytes: value?.length }
}
