import type { LogReader } from '@kubetape/eventlog'
import { type Explanation, readJournal } from '@kubetape/journal'
import { isRecording, type ObjectRef } from '@kubetape/replay'
import { keyWithinResource, parseLogKey, resourcePrefix } from '@kubetape/storage'
import { type Command, Option } from 'commander'
import { type ChangeStory, storyOf } from '../change-story.ts'
import { failedRuns } from '../failed-runs.ts'
import { parseFieldPath } from '../field-path.ts'
import { inkOf } from '../ink.ts'
import { parseObjectArgument, titleOfKey } from '../object-reference.ts'
import { addTapeOptions, type TapeFlags, withTape } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { StoryPrinter } from '../print-story.ts'

interface WhyFlags extends TapeFlags {
  namespace: string
  field?: string
  output?: 'wide' | 'json'
}

/** Changes that are looked through for the namespaces of an object that was not found. */
const PAGE = 1000

export function addWhy(program: Command, output: Output): void {
  addTapeOptions(program.command('why'))
    .description('Tell why an object is as it is: each change, who made it, and what that was an answer to')
    .argument('<object...>', 'KIND NAME or KIND/NAME')
    .option('-n, --namespace <name>', 'namespace', 'default')
    .option('--field <path>', 'only changes of this field, for example status.failed or status.conditions[Complete]')
    .addOption(new Option('-o, --output <format>', 'wide shortens nothing; json is one change a line').choices(['wide', 'json']))
    .action((words: string[], flags: WhyFlags) => withTape(flags, (reader) => tellWhy(reader, words, flags, output)))
}

function tellWhy(reader: LogReader, words: readonly string[], flags: WhyFlags, output: Output): void {
  const { resource, name } = parseObjectArgument(words, reader)
  if (name === undefined) throw new CommandFailed(`Cannot tell why of all ${resource.resource}: name one of them`, 2)
  const field = flags.field === undefined ? undefined : parseFieldPath(flags.field)
  const ref: ObjectRef = { group: resource.group, resource: resource.resource, namespace: resource.namespaced ? flags.namespace : '', name }
  const key = resourcePrefix(ref) + keyWithinResource(ref.namespace, ref.name)
  const last = reader.latest(key)
  if (last === undefined) throw new CommandFailed(notFoundText(reader, ref))
  const print =
    flags.output === 'json'
      ? undefined
      : new StoryPrinter({ ink: inkOf(output), wide: flags.output === 'wide', recording: isRecording(reader), key, lastMs: last.timeMs })
  let told = 0
  const runs = new Set<string>()
  for (const story of storyOf(reader, ref, field)) {
    output.out(print === undefined ? JSON.stringify(jsonOf(story)) : print.lines(story).join('\n'))
    if (story.by?.type === 'run') runs.add(story.by.run.id)
    told++
  }
  if (told === 0) output.err(`No change of ${flags.field} on this tape`)
  // What did not come about is no change; it explains one that somebody waits for.
  if (field === undefined && print !== undefined)
    for (const line of print.failures(failedRuns(readJournal(reader), resource.resource, keyWithinResource(ref.namespace, name), runs)))
      output.out(line)
  for (const gap of readJournal(reader).gaps()) output.err(`warning: the tape has a gap, changes may be missing: ${gap.why}`)
}

function notFoundText(reader: LogReader, ref: ObjectRef): string {
  const { title } = titleOfKey(resourcePrefix(ref) + ref.name)
  if (ref.namespace === '') return `Cannot find ${title}: this tape has no change of it`
  const others = namespacesOf(reader, ref)
  const advice =
    others.length === 0
      ? 'this tape has no change of it'
      : `it is in namespace ${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}; say which with -n`
  return `Cannot find ${title} in namespace "${ref.namespace}": ${advice}`
}

function namespacesOf(reader: LogReader, ref: ObjectRef): string[] {
  const found = new Set<string>()
  for (let from = 1; ;) {
    const page = reader.entries({ from, limit: PAGE, prefix: resourcePrefix(ref) })
    for (const { key } of page) if (key.endsWith(`/${ref.name}`)) found.add(parseLogKey(key).namespace)
    if (page.length < PAGE) return [...found]
    from = page.at(-1)!.revision + 1
  }
}

function jsonOf({ entry, fields, by, because, calls }: ChangeStory): object {
  const { revision, timeMs, operation, key } = entry
  const reasons = because.map(({ trigger, by: author, asked, origin }) => ({
    ...trigger,
    by: authorJson(author),
    ...(asked === undefined ? {} : { asked: { revision: asked.entry.revision, by: authorJson(asked.by) } }),
    ...(origin === undefined ? {} : { created: { revision: origin.entry.revision, by: authorJson(origin.by) } }),
  }))
  const called = calls.map(({ sequence, system, resource: method, body, answer }) => ({ sequence, system, method, body, answer }))
  return {
    revision,
    time: new Date(timeMs).toISOString(),
    operation,
    ...parseLogKey(key),
    fields,
    by: authorJson(by),
    ...(by?.type === 'run' ? { because: reasons } : {}),
    ...(called.length > 0 ? { calls: called } : {}),
  }
}

function authorJson(by: Explanation | undefined): object | undefined {
  if (by === undefined) return undefined
  if (by.type === 'actor') return { type: 'actor', ...by.actor }
  const { id, controller, key, outcome, attempt } = by.run
  const { sequence, verb, subresource } = by.request ?? {}
  return { type: 'run', run: id, controller, key, outcome, attempt, sequence, verb, subresource }
}
