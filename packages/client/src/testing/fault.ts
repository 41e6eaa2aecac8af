import type { StatusError } from '@kubetape/apimachinery'
import type { Cause, RequestFailed } from '../client.ts'
import type { Verb } from '../wire-request.ts'

/** One request that went through a faulty client. */
export interface RequestRecord {
  /** Counts from 1, over all verbs and resources. A watch counts when it is subscribed to. */
  readonly sequence: number
  readonly verb: Verb
  readonly group: string
  readonly resource: string
  readonly subresource: string
  /** Empty for cluster-scoped objects and for all namespaces. */
  readonly namespace: string
  /** Empty where no single object is named, and for an object whose name the server generates. */
  readonly name: string
  /** The object of a create or update, or the patch. */
  readonly body?: unknown
  readonly cause?: Cause
}

/** What goes wrong with any request. */
export type RequestFault =
  /** It fails and was never carried out. */
  | { readonly type: 'refuse'; readonly error: StatusError | RequestFailed }
  /** It is carried out after this long on the plan's clock. May stand beside another fault. */
  | { readonly type: 'delay'; readonly delayMs: number }
  /** It is carried out, then the answer is lost: RequestFailed. */
  | { readonly type: 'lose-answer' }
  /** The process dies before it is carried out. */
  | { readonly type: 'crash-before' }
  /** It is carried out, and the process dies before it hears the answer. */
  | { readonly type: 'crash-after' }

/** What goes wrong with a watch. `afterEvents` events are delivered before; default 0. */
export type WatchFault =
  /** It ends: with an error when there is one, else as if the server had ended it. */
  | { readonly type: 'drop'; readonly afterEvents?: number; readonly error?: RequestFailed }
  /** 410: at the start, or as an ERROR event later. */
  | { readonly type: 'expire'; readonly afterEvents?: number }
  /** Nothing more comes, not even an end. */
  | { readonly type: 'silence'; readonly afterEvents?: number }

export type Fault = RequestFault | WatchFault

/** A fault and the requests that it befalls: those that match every field given. */
export interface FaultRule {
  readonly fault: Fault
  /** Only the n-th matching request, from 1. Default: every one. */
  readonly at?: number
  readonly verb?: Verb
  /** Plural name. */
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly matches?: (request: RequestRecord) => boolean
}

const FIELDS = ['verb', 'resource', 'subresource', 'namespace', 'name'] as const

/** Whether a rule speaks of this request, its count left aside. */
export function ruleMatches(rule: FaultRule, request: RequestRecord): boolean {
  if (isWatchFault(rule.fault) && request.verb !== 'watch') return false
  return FIELDS.every((field) => rule[field] === undefined || rule[field] === request[field]) && (rule.matches?.(request) ?? true)
}

export function isWatchFault(fault: Fault): fault is WatchFault {
  return fault.type === 'drop' || fault.type === 'expire' || fault.type === 'silence'
}
