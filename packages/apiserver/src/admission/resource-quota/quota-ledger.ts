import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { addAmounts, type Amounts, amountsOf, charge, type Charge, type Evaluator, listOf } from '@kubetape/quota'
import { COMPONENT_USER } from '../../auth/component-user.ts'
import type { RequestContext } from '../../registry/environment.ts'
import type { Registry } from '../../registry/registry.ts'
import type { NamespaceObjects } from '../namespace-objects.ts'

/** A quota that others change meanwhile is read and written again this often. */
const TRIES_MAX = 8

/** What a request wants to use. */
export interface QuotaRequest {
  readonly namespace: string
  readonly evaluator: Evaluator
  readonly wanted: Charge
  readonly context: RequestContext
  /** The refusal with this reason. */
  readonly refuse: (why: string) => Error
}

/** One charge as it was written to a quota. */
interface Entry {
  readonly quota: string
  readonly amounts: Amounts
  readonly revision: number
}

/** A request that waits for its turn, or what one gives back. */
interface Waiter {
  readonly request: QuotaRequest | undefined
  readonly returned: readonly Entry[]
  readonly settle: (error: Error | undefined) => void
  entries: Entry[]
}

/** Writes of ours that followed each other without another's between: what was charged since may be taken back by subtraction. */
interface Chain {
  since: number
  last: number
}

/**
 * Writes what requests use to the quotas' status, one turn of a namespace after the other: what gathers while a turn is written is judged together in
 * the next one, in the order in which it came, and each quota is written once a turn.
 */
export class QuotaLedger {
  readonly #registry: () => Registry
  readonly #quotas: NamespaceObjects
  readonly #queues = new Map<string, Waiter[]>()
  readonly #chains = new Map<string, Chain>()
  readonly #charged = new WeakMap<RequestContext, Entry[]>()

  constructor(registry: () => Registry, quotas: NamespaceObjects) {
    this.#registry = registry
    this.#quotas = quotas
  }

  /** Resolves when the use is written. Rejects with what refuses it. A request that is tried again gives back what it was charged before. */
  async charge(request: QuotaRequest): Promise<void> {
    const { context, namespace } = request
    const before = this.#charged.get(context)
    if (before === undefined) context.whenRefused.push(() => this.#giveBack(namespace, context))
    const entries = await this.#enqueue(namespace, request, before ?? [])
    this.#charged.set(context, entries)
  }

  #giveBack(namespace: string, context: RequestContext): void {
    const entries = this.#charged.get(context) ?? []
    this.#charged.delete(context)
    // Nobody waits for it; a quota that cannot be written is counted anew by the controller.
    if (entries.length > 0) this.#enqueue(namespace, undefined, entries).catch(() => undefined)
  }

  #enqueue(namespace: string, request: QuotaRequest | undefined, returned: readonly Entry[]): Promise<Entry[]> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        request,
        returned,
        entries: [],
        settle: (error) => (error === undefined ? resolve(waiter.entries) : reject(error)),
      }
      const queue = this.#queues.get(namespace)
      if (queue !== undefined) queue.push(waiter)
      else void this.#work(namespace, [waiter])
    })
  }

  async #work(namespace: string, first: Waiter[]): Promise<void> {
    for (let turn = first; turn.length > 0;) {
      this.#queues.set(namespace, [])
      try {
        await this.#serve(namespace, turn)
      } catch (error) {
        for (const waiter of turn) waiter.settle(error as Error)
      }
      turn = this.#queues.get(namespace)!
    }
    this.#queues.delete(namespace)
  }

  /** Judges everybody of a turn and writes what that changes; again for those quotas that somebody else has written meanwhile. */
  async #serve(namespace: string, turn: readonly Waiter[]): Promise<void> {
    let waiting = [...turn]
    let only: ReadonlySet<string> | undefined
    let failure: unknown
    for (let attempt = 1; attempt <= TRIES_MAX; attempt++) {
      const sheets = this.#sheets(namespace, only)
      const refused: Waiter[] = []
      for (const waiter of waiting) {
        const error = judge(waiter, sheets, this.#chains, namespace)
        if (error === undefined) continue
        refused.push(waiter)
        waiter.settle(error)
        if (waiter.entries.length > 0) this.#enqueue(namespace, undefined, waiter.entries).catch(() => undefined)
      }
      waiting = waiting.filter((one) => !refused.includes(one))
      const overtaken = new Set<string>()
      for (const sheet of sheets) {
        if (!sheet.changed) continue
        try {
          await this.#write(namespace, sheet, waiting)
        } catch (error) {
          // A quota that is gone limits nobody.
          if (isNotFound(error)) continue
          failure = error
          if (!isConflict(error)) throw error
          overtaken.add(sheet.quota.metadata.name!)
        }
      }
      if (overtaken.size === 0) {
        for (const waiter of waiting) waiter.settle(undefined)
        return
      }
      only = overtaken
    }
    throw failure
  }

  #sheets(namespace: string, only: ReadonlySet<string> | undefined): Sheet[] {
    return this.#quotas
      .of(namespace)
      .filter((one) => only === undefined || only.has(one.name))
      .map((one) => ({ quota: one.object as unknown as ResourceQuota, revision: one.revision, changed: false, charged: new Map() }))
  }

  async #write(namespace: string, sheet: Sheet, waiting: readonly Waiter[]): Promise<void> {
    const name = sheet.quota.metadata.name!
    const { result } = await this.#registry().handle({
      verb: 'update',
      group: '',
      version: 'v1',
      resource: 'resourcequotas',
      subresource: 'status',
      namespace,
      name,
      user: COMPONENT_USER,
      userAgent: 'kubetape-apiserver',
      options: {},
      body: sheet.quota,
    })
    const revision = result.type === 'stored' ? result.stored.revision : sheet.revision
    const key = `${namespace}/${name}`
    const chain = this.#chains.get(key)
    if (chain?.last === sheet.revision) chain.last = revision
    else this.#chains.set(key, { since: revision, last: revision })
    for (const waiter of waiting) {
      const amounts = sheet.charged.get(waiter)
      if (amounts !== undefined) waiter.entries.push({ quota: name, amounts, revision })
    }
  }
}

/** A quota as a turn changes it. */
interface Sheet {
  quota: ResourceQuota
  readonly revision: number
  changed: boolean
  readonly charged: Map<Waiter, Amounts>
}

/** Takes back what the waiter returns, then charges what it wants. Answers what refuses it. */
function judge(
  waiter: Waiter,
  sheets: readonly Sheet[],
  chains: ReadonlyMap<string, { readonly since: number; readonly last: number }>,
  namespace: string,
): Error | undefined {
  for (const { quota: name, amounts, revision } of waiter.returned) {
    const sheet = sheets.find((one) => one.quota.metadata.name === name)
    const chain = chains.get(`${namespace}/${name}`)
    // Whoever wrote between has counted what is there, and this was not.
    if (sheet === undefined || chain === undefined || chain.last !== sheet.revision || revision < chain.since) continue
    use(sheet, new Map([...amounts].map(([resource, amount]) => [resource, amount.negate()])))
  }
  if (waiter.request === undefined) return undefined
  const { evaluator, wanted, refuse } = waiter.request
  const outcome = charge(
    sheets.map((one) => one.quota),
    evaluator,
    wanted,
  )
  if ('refusal' in outcome) return refuse(outcome.refusal)
  for (const sheet of sheets) {
    const amounts = outcome.added.get(sheet.quota.metadata.name!)
    if (amounts === undefined) continue
    use(sheet, amounts)
    sheet.charged.set(waiter, amounts)
  }
  return undefined
}

function use(sheet: Sheet, amounts: Amounts): void {
  const { status } = sheet.quota
  sheet.quota = { ...sheet.quota, status: { ...status, used: listOf(addAmounts(amountsOf(status?.used), amounts)) } }
  sheet.changed = true
}
