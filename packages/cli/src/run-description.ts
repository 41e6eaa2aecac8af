import { formatGroupResource, humanDuration, isJsonObject, type KubeObject, resourceWithCluster } from '@kubetape/apimachinery'
import type { RequestRecord, RunRecord, StoredAnswer, Trigger } from '@kubetape/journal'
import { nameOfResource } from './object-reference.ts'
import { printYaml } from './yaml-text.ts'

/** `success`, `error`, `success (again in 2s)`: how a run ended, in a few words. */
export function outcomeOf({ outcome, end }: RunRecord): string {
  return end?.requeueAfterMs === undefined ? outcome : `${outcome} (again in ${durationText(end.requeueAfterMs)})`
}

/** `12ms`, `1.25s`, `10m`: precise enough for what happens between machines. Undefined is a run that goes on or never ended. */
export function durationText(ms: number | undefined): string {
  if (ms === undefined) return '-'
  if (ms >= 120_000) return humanDuration(ms)
  return ms < 1000 ? `${ms}ms` : `${Math.round(ms / 10) / 100}s`
}

/** `@37` where it is a position too; on a recording `rv:37`. */
export function versionText(resourceVersion: string, recording = false): string {
  return `${recording ? 'rv:' : '@'}${resourceVersion}`
}

/** `jobs ns/demo updated @37`, `retry`; the key is left out where it is `ownKey`. */
export function triggerText(trigger: Trigger, { ownKey, recording }: { ownKey?: string; recording?: boolean } = {}): string {
  const { cause, source, resource, key, change, resourceVersion } = trigger
  if (cause === 'source') return source ?? cause
  if (cause !== 'change') return cause
  return [
    resource,
    key === ownKey ? undefined : key,
    change,
    resourceVersion === undefined ? undefined : versionText(resourceVersion, recording),
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

/** `update job.batch ns/demo status`, `call csi.example.com CreateVolume`; of a name that is yet to be made up, its beginning: `create pod ns/demo-*`. */
export function requestText({ verb, group, resource, system, cluster, namespace, name, subresource, body }: RequestRecord): string {
  if (verb === 'call') return `call ${system ?? ''} ${resource}`
  const made = verb === 'create' && isJsonObject(body) ? (body as Partial<KubeObject>).metadata : undefined
  const generated = made?.generateName ? `${made.generateName}*` : undefined
  const key = [namespace, name ?? made?.name ?? generated].filter((part) => part !== undefined && part !== '').join('/')
  const of = resourceWithCluster({ resource: nameOfResource({ group, resource }), cluster })
  return [verb, of, key, subresource].filter((part) => part !== undefined && part !== '').join(' ')
}

/** `revision 37`, `refused: 409 Conflict: …`: what a request got. */
export function answerText(answer: StoredAnswer | undefined): string {
  if (answer === undefined) return 'no answer on the tape'
  switch (answer.type) {
    case 'entry':
      return `revision ${answer.revision}`
    case 'object':
      return `an object at resourceVersion ${answer.object.metadata?.resourceVersion ?? '?'}`
    case 'list':
      return `${answer.list.items.length} objects at resourceVersion ${answer.list.metadata?.resourceVersion ?? '?'}`
    case 'status':
      return answer.status.status ?? 'Success'
    case 'refused':
      return `refused: ${answer.status.code ?? ''} ${answer.status.reason ?? ''}: ${answer.status.message ?? ''}`
    case 'outside':
      return outsideText(answer.reading)
    case 'failed':
      return `failed: ${answer.message}`
  }
}

function outsideText(reading: unknown): string {
  const { value, error } = reading as { value?: unknown; error?: { name: string; message: string; code?: string | number } }
  if (error !== undefined) return `failed: ${error.code === undefined ? error.name : `${error.code}`}: ${error.message}`
  return value === undefined ? 'done' : JSON.stringify(value)
}

/** Everything that the tape has of one run, as `kubectl describe` lays things out; with `bodies` also what was sent. `sentLater`: see `sentAfter`. */
export function describeRun(
  run: RunRecord,
  requests: readonly RequestRecord[],
  { bodies, sentLater, recording }: { bodies: boolean; sentLater: ReadonlyMap<number, number>; recording: boolean },
): string[] {
  const { end } = run
  const fact = (name: string, value: string): string => `${`${name}:`.padEnd(13)} ${value}`
  const list = (name: string, items: readonly string[]): string[] =>
    items.length === 0 ? [fact(name, '<none>')] : [`${name}:`, ...items.map((item) => `  ${item}`)]
  const time = (ms: number): string => new Date(ms).toISOString()
  return [
    fact('Run', run.id),
    fact('Controller', run.controller),
    fact('Key', run.key),
    fact('Outcome', outcomeOf(run)),
    ...(end?.error === undefined ? [] : [fact('Error', end.error)]),
    fact('Attempt', String(run.attempt)),
    fact('Started', time(run.startedAtMs)),
    fact('Duration', durationText(end === undefined ? undefined : end.endedAtMs - run.startedAtMs)),
    fact('Code', run.codeVersion === '' ? '<unknown>' : run.codeVersion),
    fact('Seed', String(run.seed)),
    fact('Carried', run.carried === undefined || run.carried === null ? '<none>' : JSON.stringify(run.carried)),
    ...list(
      'Triggers',
      run.triggers.map((trigger) => triggerText(trigger, { recording })),
    ),
    ...list(
      'Views',
      Object.entries(run.views).map(([kind, revision]) => `${kindName(kind)} at ${revision}`),
    ),
    ...(run.ownWrites.length === 0
      ? []
      : list(
          'Own writes seen early',
          run.ownWrites.map(({ kind, key, resourceVersion }) => `${kindName(kind)} ${key} @${resourceVersion}`),
        )),
    ...(end === undefined || end.viewChanges.length === 0
      ? []
      : list(
          'Views moved',
          end.viewChanges.map(({ read, kind, resourceVersion }) => `before read ${read}: ${kindName(kind)} to ${resourceVersion}`),
        )),
    ...list(
      'Requests',
      requests.flatMap((request) => describeRequest(request, bodies, sentLater)),
    ),
    ...list('Clock', (end?.clockReadingsMs ?? []).map(time)),
    ...list(
      'Gates',
      Object.entries({ ...run.gates, ...end?.gatesRead }).map(([gate, on]) => `${gate}=${on}`),
    ),
  ]
}

/** `jobs.batch` of the kind id `batch/v1/jobs`. */
function kindName(id: string): string {
  const [group = '', , resource = ''] = id.split('/')
  return formatGroupResource({ group, resource })
}

function describeRequest(request: RequestRecord, bodies: boolean, sentLater: ReadonlyMap<number, number>): string[] {
  const later = sentLater.get(request.sequence)
  const answer = later === undefined ? answerText(request.answer) : `sent after the run, revision ${later}`
  const line = `${request.sequence}. ${requestText(request)}: ${answer}`
  if (!bodies) return [line]
  const sent = {
    ...(request.options === undefined ? {} : { options: request.options }),
    ...(request.body === undefined ? {} : { body: request.body }),
  }
  if (Object.keys(sent).length === 0) return [line]
  return [
    line,
    ...printYaml(sent)
      .split('\n')
      .map((text) => `   ${text}`),
  ]
}
