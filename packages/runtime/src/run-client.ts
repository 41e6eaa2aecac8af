import {
  isStatusError,
  type Kind,
  type KubeList,
  type KubeObject,
  type ObjectName,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { Client, DeleteOptions, GetOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'
import type { RunAnswer, RunRequest } from '@kubetape/journal'
import { type Observable, throwError } from 'rxjs'
import { outsideAnswer, type OutsideReading } from './outside-reading.ts'
import type { OutsideCall } from './reconcile.ts'

/** Sends one request; throws what a Client throws. */
export type Transport = (request: RunRequest, kind: Kind, options: object) => Promise<RunAnswer>

/** Makes one call of a system outside of the API; what is thrown there is part of the answer. */
export type OutsideTransport = (request: RunRequest, perform: () => Promise<unknown>) => Promise<RunAnswer>

/** Numbers a run's requests and hands each to its transport; the same class for live runs and for replay. */
export class RunClient implements Client {
  readonly #send: Transport
  readonly #call: OutsideTransport
  #sequence = 0

  constructor(send: Transport, call: OutsideTransport) {
    this.#send = send
    this.#call = call
  }

  /** The next sequence number, for what is journaled like a request but sent otherwise (events). */
  nextSequence(): number {
    return ++this.#sequence
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: GetOptions = {}): Promise<T> {
    return object(await this.#request('get', kind, name, options, undefined, pick(options, ['resourceVersion'])))
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const answer = await this.#request(
      'list',
      kind,
      { namespace: options.namespace ?? '', name: '' },
      options,
      undefined,
      pick(options, ['labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'limit', 'continue']),
    )
    if (answer.type !== 'list') throw new Error(`Cannot read a list: the answer is ${answer.type}`)
    return answer.list as KubeList<T>
  }

  watch<T extends KubeObject>(kind: Kind<T>, _options?: WatchOptions): Observable<WatchEvent<T>> {
    return throwError(() => new Error(`Cannot watch ${kind.resource} inside a run: declare the watch with the controller`))
  }

  async create<T extends KubeObject>(kind: Kind<T>, body: T, options: WriteOptions = {}): Promise<T> {
    return object(await this.#request('create', kind, nameOf(body), options, body, writeOptions(options)))
  }

  async update<T extends KubeObject>(kind: Kind<T>, body: T, options: WriteOptions = {}): Promise<T> {
    return object(await this.#request('update', kind, nameOf(body), options, body, writeOptions(options)))
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return object(await this.#request('patch', kind, name, options, patch.body, { ...writeOptions(options), patchType: patch.type }))
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: DeleteOptions = {}): Promise<T | Status> {
    const answer = await this.#request('delete', kind, name, options, undefined, deleteOptions(options))
    return answer.type === 'status' ? answer.status : object<T>(answer)
  }

  async deleteCollection<T extends KubeObject>(kind: Kind<T>, options: ListOptions & DeleteOptions = {}): Promise<KubeList<T> | Status> {
    const answer = await this.#request('deletecollection', kind, { namespace: options.namespace ?? '', name: '' }, options, undefined, {
      ...deleteOptions(options),
      ...pick(options, ['labelSelector', 'fieldSelector']),
    })
    if (answer.type === 'status') return answer.status
    if (answer.type !== 'list') throw new Error(`Cannot read a list: the answer is ${answer.type}`)
    return answer.list as KubeList<T>
  }

  /** Calls a system outside of the API; see `ReconcileContext.call`. */
  async callOutside<T>({ system, method, body }: OutsideCall, perform: () => Promise<T>): Promise<T> {
    const request: RunRequest = {
      sequence: this.nextSequence(),
      verb: 'call',
      group: '',
      version: '',
      resource: method,
      system,
      ...(body === undefined ? {} : { body }),
    }
    const answer = await this.#call(request, perform)
    if (answer.type !== 'outside') throw new Error(`Cannot read what ${system} answered: the answer is ${answer.type}`)
    return outsideAnswer(answer.reading as OutsideReading) as T
  }

  #request(
    verb: RunRequest['verb'],
    kind: Kind,
    name: ObjectName,
    options: { subresource?: string },
    body: unknown,
    more: Record<string, unknown>,
  ): Promise<RunAnswer> {
    const request: RunRequest = {
      sequence: this.nextSequence(),
      verb,
      group: kind.group,
      version: kind.version,
      resource: kind.resource,
      ...(kind.cluster === undefined ? {} : { cluster: kind.cluster }),
      ...(options.subresource ? { subresource: options.subresource } : {}),
      ...(name.namespace ? { namespace: name.namespace } : {}),
      ...(name.name ? { name: name.name } : {}),
      ...(body === undefined ? {} : { body }),
      ...(Object.keys(more).length > 0 ? { options: more } : {}),
    }
    return this.#send(request, kind, options)
  }
}

/** What came of a request: its answer as the tape has it and, where none came, what was thrown instead. */
export interface SentRequest {
  readonly answer: RunAnswer
  /** Of a `failed` answer: RequestFailed, an abort, or whatever else the client threw. */
  readonly error?: unknown
}

/** Sends a run's request through a real client and says what came back; refusals and everything else that is thrown become answers too. */
export async function sendThrough(client: Client, request: RunRequest, kind: Kind, options: object): Promise<SentRequest> {
  try {
    return { answer: await answerOf(client, request, kind, options) }
  } catch (error) {
    if (isStatusError(error)) return { answer: { type: 'refused', status: error.status } }
    return { answer: { type: 'failed', message: error instanceof Error ? error.message : String(error) }, error }
  }
}

async function answerOf(client: Client, request: RunRequest, kind: Kind, options: object): Promise<RunAnswer> {
  const name: ObjectName = { ...(request.namespace ? { namespace: request.namespace } : {}), name: request.name ?? '' }
  switch (request.verb) {
    case 'get':
      return { type: 'object', object: await client.get(kind, name, options) }
    case 'list':
      return { type: 'list', list: await client.list(kind, options) }
    case 'create':
      return { type: 'object', object: await client.create(kind, request.body as KubeObject, options) }
    case 'update':
      return { type: 'object', object: await client.update(kind, request.body as KubeObject, options) }
    case 'patch':
      return {
        type: 'object',
        object: await client.patch(kind, name, { type: request.options!['patchType'] as Patch['type'], body: request.body }, options),
      }
    case 'delete':
      return fromDeletion(await client.delete(kind, name, options))
    case 'deletecollection':
      return fromDeletion(await client.deleteCollection(kind, options))
    case 'call':
      throw new Error(`Cannot send ${request.resource} to an API server: it is a call of ${request.system ?? 'another system'}`)
  }
}

function fromDeletion(answer: KubeObject | KubeList | Status): RunAnswer {
  if (answer.kind === 'Status') return { type: 'status', status: answer as Status }
  if ('items' in answer && Array.isArray(answer.items)) return { type: 'list', list: answer as KubeList }
  return { type: 'object', object: answer as KubeObject }
}

function object<T extends KubeObject>(answer: RunAnswer): T {
  if (answer.type !== 'object') throw new Error(`Cannot read an object: the answer is ${answer.type}`)
  return answer.object as T
}

const nameOf = ({ metadata }: KubeObject): ObjectName => ({
  ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
  name: metadata?.name ?? '',
})
const writeOptions = (options: WriteOptions): Record<string, unknown> =>
  pick(options, ['dryRun', 'fieldManager', 'fieldValidation', 'force'])
const deleteOptions = (options: DeleteOptions): Record<string, unknown> =>
  pick(options, ['gracePeriodSeconds', 'propagationPolicy', 'preconditions', 'dryRun'])

function pick(options: object, names: readonly string[]): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name]
    if (value !== undefined) out[name] = value
  }
  return out
}
