import type { Entry } from '@kubetape/eventlog'
import { type Explanation, parseCause, type RequestRecord } from '@kubetape/journal'
import { keyWithinResource, parseLogKey, resourcePrefix } from '@kubetape/storage'
import { nameAuthor, shortId } from './author.ts'
import type { Authored, ChangeStory, Reason } from './change-story.ts'
import type { FailedRuns } from './failed-runs.ts'
import type { FieldChange } from './field-changes.ts'
import type { Ink } from './ink.ts'
import { titleOfKey } from './object-reference.ts'
import { answerText, outcomeOf, requestText, versionText } from './run-description.ts'
import { conditionText, shorten, valueText } from './value-text.ts'

export interface StoryPrinterOptions {
  readonly ink: Ink
  /** The tape is a recording, where resourceVersions are no positions. Default false. */
  readonly recording?: boolean
  /** Nothing is shortened. */
  readonly wide: boolean
  /** The object's key in the log. */
  readonly key: string
  /** Unix milliseconds of its last change; tells whether times need their day. */
  readonly lastMs: number
}

/** How much of a change is shown before it is shortened. */
const FIELDS_MAX = 12
const REASONS_MAX = 3
const VALUE_LENGTH_MAX = 72
const PATH_WIDTH_MAX = 44

/** The controller whose keys are owners' identities: form, group, resource, namespace, name and uid. */
const GARBAGE_COLLECTOR = 'garbage-collector'

/** What a trigger is about; those that are no change have a line each. */
const objectOf = ({ trigger: { cause, resource, key } }: Reason): string => JSON.stringify([cause, resource, key])

/** Revisions tell the order; what has none was not a change and comes last. */
const newestFirst = (a: Reason, b: Reason): number => Number(b.trigger.resourceVersion ?? 0) - Number(a.trigger.resourceVersion ?? 0)

function latestOfEach(because: readonly Reason[]): Reason[] {
  const latest = new Map<string, Reason>()
  for (const reason of because.toSorted(newestFirst)) if (!latest.has(objectOf(reason))) latest.set(objectOf(reason), reason)
  return [...latest.values()]
}

/** Prints changes of one object as they come, the first one under a heading. */
export class StoryPrinter {
  readonly #options: StoryPrinterOptions
  readonly #namespace: string
  readonly #objectKey: string
  #day: string | undefined
  /** Of the change before: one run may make several, for the same reasons. */
  #run: string | undefined

  constructor(options: StoryPrinterOptions) {
    this.#options = options
    const { namespace, name } = parseLogKey(options.key)
    this.#namespace = namespace
    this.#objectKey = namespace === '' ? name : `${namespace}/${name}`
  }

  /** The lines of the next change. */
  lines(story: ChangeStory): string[] {
    const { entry, by, because } = story
    const indent = ' '.repeat(`@${entry.revision}  `.length)
    const heading = this.#heading(entry.timeMs)
    const byLine = `${this.#verb(story)} by ${this.#author(by, entry.cause)}`
    const run = by?.type === 'run' ? by.run.id : undefined
    const reasons = run !== undefined && run === this.#run ? ['in the same run'] : this.#reasons(because)
    this.#run = run
    return [
      ...heading,
      `${this.#options.ink('bold', `@${entry.revision}`)}  ${this.#time(entry.timeMs)}  ${byLine}`,
      ...[...reasons, ...story.calls.map((call) => this.#call(call))].map((line) => indent + this.#options.ink('dim', line)),
      ...this.#changes(story).map((line) => indent + line),
      '',
    ]
  }

  /** A line for each controller that has tried in vain. */
  failures(failed: readonly FailedRuns[]): string[] {
    return failed.map(({ controller, count, last }) => {
      const error = last.end?.error === undefined ? '' : `: ${shorten(last.end.error, this.#lengthMax)}`
      const runs = count === 1 ? 'a run' : `${count} runs`
      const which = count === 1 ? '' : 'the last one '
      return `${this.#options.ink('bold', 'in vain')}  ${runs} of controller ${controller} failed without changing it, ${which}${shortId(last.id)} at ${this.#time(last.startedAtMs)}${error}`
    })
  }

  #heading(timeMs: number): string[] {
    if (this.#day !== undefined) return []
    const { key, lastMs, ink } = this.#options
    const days = [timeMs, lastMs].map((ms) => new Date(ms).toISOString().slice(0, 10))
    this.#day = days[0] === days[1] ? days[0]! : ''
    const place = this.#namespace === '' ? '' : ` in namespace ${this.#namespace}`
    return [`${ink('bold', titleOfKey(key).title)}${place}${this.#day === '' ? '' : `, ${this.#day} UTC`}`, '']
  }

  #time(timeMs: number): string {
    const text = new Date(timeMs).toISOString()
    return this.#day === '' ? text : text.slice(11, -1)
  }

  #verb({ entry: { operation }, by }: ChangeStory): string {
    const part = (by?.type === 'run' ? by.request : by?.actor)?.subresource
    if (part === 'eviction') return 'evicted'
    if (operation === 'create') return 'created'
    if (operation === 'delete') return 'deleted'
    if (part === 'binding') return 'bound to a node'
    if (part !== undefined) return `${part} updated`
    return by?.type === 'actor' && by.actor.verb === 'delete' ? 'marked for deletion' : 'updated'
  }

  #author(by: Explanation | undefined, cause: string | undefined): string {
    if (by === undefined) return this.#stranger(cause)
    if (by.type === 'actor') return nameAuthor(by)
    const { run } = by
    const forKey = this.#forKey(run.controller, run.key)
    const error = run.end?.error === undefined ? '' : ` (${valueText(run.end.error, this.#lengthMax)})`
    return `controller ${run.controller}${forKey}, run ${shortId(run.id)}: ${outcomeOf(run)}${error}`
  }

  /** Who it can have been that the tape has nothing of. */
  #stranger(cause: string | undefined): string {
    const known = cause === undefined ? undefined : parseCause(cause)
    if (known?.type === 'run') return `run ${shortId(known.run)}, of which the tape has nothing more`
    const why = this.#options.recording ? ': a recording knows only the controllers that it was made of' : ''
    return `somebody that the tape does not name${why}`
  }

  /** Whom the run was for, unless it was this object. The garbage collector's keys name owners: its runs are about one owner each. */
  #forKey(controller: string, key: string): string {
    if (key === this.#objectKey) return ''
    const [form, group = '', resource = '', namespace = '', ...names] = key.split('/')
    if (controller !== GARBAGE_COLLECTOR || (form !== 'owner' && form !== 'unseen-owner')) return ` for ${this.#short(key)}`
    const owner = resourcePrefix({ group, resource }) + keyWithinResource(namespace, decodeURIComponent(names[0] ?? ''))
    return owner === this.#options.key ? '' : ` for its owner ${this.#title(owner)}`
  }

  /** The newest first: earlier runs had seen the others, so that it decided. Of several changes of one object only the last one. */
  #reasons(because: readonly Reason[]): string[] {
    const { wide } = this.#options
    const newest = wide ? because.toSorted(newestFirst) : latestOfEach(because)
    const most = wide ? Infinity : REASONS_MAX
    const texts = newest.slice(0, most).map((reason) => this.#reason(reason))
    if (newest.length > most) texts.push(`and ${newest.length - most} more`)
    return texts.map((text, i) => `${i === 0 ? 'because' : '       '} ${text}`)
  }

  #reason({ trigger, entry, by, asked, origin }: Reason): string {
    const { cause, source = '', resource = '', key = '', change = 'changed', resourceVersion } = trigger
    if (cause === 'requeue') return 'the run before asked to be called again'
    if (cause === 'retry') return 'the run before failed'
    if (cause === 'resync') return 'everything is looked at again from time to time'
    if (cause === 'source') return `the source "${source}" asked for it`
    const what = entry === undefined ? `${resource} ${this.#short(key)}` : this.#title(entry.key)
    const who = entry === undefined ? '' : ` by ${nameAuthor(by)}`
    return `${what} was ${change}${this.#when(entry, resourceVersion)}${who}${this.#before('asked for', asked)}${this.#before('created', origin)}`
  }

  /** Of what came before a change: `, asked for @12 by ann`. */
  #before(what: string, authored: Authored | undefined): string {
    return authored === undefined ? '' : `, ${what} @${authored.entry.revision} by ${nameAuthor(authored.by)}`
  }

  /** What somebody outside of the API was asked for, and said. */
  #call(call: RequestRecord): string {
    const { answer } = call
    const said = answer?.type === 'outside' ? (answer.reading as { readonly value?: unknown }).value : undefined
    const text = said === undefined ? answerText(answer) : valueText(said)
    return `after ${requestText(call)}: ${shorten(text, this.#lengthMax)}`
  }

  /** ` @17`; of what a recording does not have, ` rv:812`. */
  #when(entry: Entry | undefined, resourceVersion: string | undefined): string {
    if (entry !== undefined) return ` @${entry.revision}`
    return resourceVersion === undefined ? '' : ` ${versionText(resourceVersion, this.#options.recording)}`
  }

  #title(key: string): string {
    const { namespace, title } = titleOfKey(key)
    return namespace === '' || namespace === this.#namespace ? title : `${title} in ${namespace}`
  }

  /** Keys of the object's own namespace do without it. */
  #short(key: string): string {
    return this.#namespace !== '' && key.startsWith(`${this.#namespace}/`) ? key.slice(this.#namespace.length + 1) : key
  }

  /** Of an update without a field to show too, so that it does not look as if something were missing. */
  #changes({ entry: { operation }, fields }: ChangeStory): string[] {
    if (fields === undefined) return ['(what changed is no longer on the tape)']
    return operation === 'update' && fields.length === 0
      ? ['(only bookkeeping changed: managedFields, resourceVersion)']
      : this.#fields(fields)
  }

  #fields(fields: readonly FieldChange[]): string[] {
    const most = this.#options.wide ? Infinity : FIELDS_MAX
    const shown = fields.slice(0, most)
    const width = Math.min(PATH_WIDTH_MAX, Math.max(0, ...shown.map(({ path }) => path.length)))
    const lines = shown.map((change) => `  ${change.path.padEnd(width)}  ${this.#values(change)}`)
    return fields.length > most ? [...lines, `  … and ${fields.length - most} more, see -o wide`] : lines
  }

  #values({ before, after }: FieldChange): string {
    const text = (value: unknown): string => {
      const condition = this.#options.wide ? undefined : conditionText(value)
      return condition === undefined ? valueText(value, this.#lengthMax) : shorten(condition, this.#lengthMax)
    }
    const { ink } = this.#options
    if (before === undefined) return ink('green', `set to ${text(after)}`)
    return after === undefined ? ink('red', `removed, was ${text(before)}`) : `${text(before)} → ${text(after)}`
  }

  get #lengthMax(): number {
    return this.#options.wide ? Infinity : VALUE_LENGTH_MAX
  }
}
