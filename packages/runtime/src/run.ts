import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { deepFreeze, splitObjectKey } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { type Random, seededRandom } from '@kubetape/determinism'
import type { ValueRange } from '@kubetape/informers'
import { type Controller, kindId } from './controller.ts'
import type { PublishEvent } from './event-request.ts'
import { applyObject, patchObject } from './context-writes.ts'
import { type Lister, listerOf } from './lister.ts'
import type { OutsideCall, ReconcileContext, ReconcileResult, RunLog } from './reconcile.ts'

/**
 * Everything that a run depends on. The Manager gives live inputs and records what they answered; replay gives the recorded ones. The
 * reconcile function cannot tell which.
 */
export interface RunInputs {
  /** The store of a kind; called once per kind that the run reads. Throws for a kind that the controller did not declare. */
  view(kind: Kind): {
    get(key: string): KubeObject | undefined
    list(namespace?: string): KubeObject[]
    byIndex(index: string, value: string): KubeObject[]
    firstByIndex(index: string, range: ValueRange, passes: (object: KubeObject) => boolean): KubeObject | undefined
    /** Empty before the kind has been listed. */
    readonly resourceVersion: string
  }
  /** Called before each read of a view; `read` counts from 1. */
  beforeRead(kind: Kind, read: number): void
  /** Sends requests; numbers and records them. */
  readonly client: Client
  nowMs(): number
  readonly seed: number
  readonly gates: Gates
  /** Frozen JSON; undefined for nothing. */
  readonly carried: unknown
  outside<T>(read: () => T): T
  call<T>(call: OutsideCall, perform: () => Promise<T>): Promise<T>
  event(...event: Parameters<PublishEvent>): void
  readonly log: RunLog
}

/** What a run came to; it never throws. */
export interface RunOutcome {
  readonly result: ReconcileResult
  readonly error: unknown
  readonly carried: unknown
}

/** Runs a controller's reconcile once on these inputs. */
export async function executeRun(controller: Controller, key: string, inputs: RunInputs): Promise<RunOutcome> {
  const state: { carried: unknown } = { carried: inputs.carried }
  try {
    const result = await controller.reconcile({ key, ...splitObjectKey(key) }, contextOf(controller.name, inputs, state))
    return { result: result ?? {}, error: undefined, carried: state.carried }
  } catch (error) {
    return { result: {}, error: error ?? new Error('the reconcile threw nothing'), carried: state.carried }
  }
}

/** What the tape will say of it, frozen: misuse fails where it happens, inside of the run. */
function frozenJson(state: unknown): unknown {
  const text = JSON.stringify(state) as string | undefined
  if (text === undefined) throw new TypeError(`Cannot carry a ${typeof state}: it is not JSON`)
  return deepFreeze(JSON.parse(text) as unknown)
}

/** Plain functions, no methods: reconcilers take what they need out of the context. */
function contextOf(name: string, inputs: RunInputs, state: { carried: unknown }): ReconcileContext {
  const listers = new Map<string, Lister>()
  let reads = 0
  let random: Random | undefined
  return {
    client: inputs.client,
    apply: (kind, object, options) => applyObject(inputs.client, name, kind, object, options),
    patch: (kind, before, after, options) => patchObject(inputs.client, kind, before, after, options),
    gates: inputs.gates,
    log: inputs.log,
    carried: inputs.carried,
    carry: (next) => {
      state.carried = next === undefined ? undefined : frozenJson(next)
    },
    get random() {
      return (random ??= seededRandom(inputs.seed))
    },
    lister: <T extends KubeObject>(kind: Kind<T>): Lister<T> => {
      const plain = kind as unknown as Kind
      const id = kindId(plain)
      let lister = listers.get(id)
      if (lister === undefined) listers.set(id, (lister = listerOf(inputs.view(plain), () => inputs.beforeRead(plain, ++reads))))
      return lister as unknown as Lister<T>
    },
    nowMs: () => inputs.nowMs(),
    outside: (read) => inputs.outside(read),
    call: (call, perform) => inputs.call(call, perform),
    event: (...event) => inputs.event(...event),
  }
}
