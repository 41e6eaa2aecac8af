import type { FlowSchema, FlowSchemaCondition } from '@kubetape/api/types/flowcontrol/v1'
import { FlowSchema as FlowSchemaKind } from '@kubetape/api/kinds'
import { formatTime } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { Storage, StoredObject } from '@kubetape/storage'

const SCHEMAS = { group: 'flowcontrol.apiserver.k8s.io', resource: 'flowschemas' }
const LEVELS = { group: 'flowcontrol.apiserver.k8s.io', resource: 'prioritylevelconfigurations' }

/**
 * Keeps the condition `Dangling` of each FlowSchema true to whether there is the priority level that it names. Looks at those that changed, and at all
 * when levels come or go. Writes in its own time: nobody waits for it.
 */
export class DanglingConditions {
  readonly #client: Client
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #schemas = new Map<string, StoredObject>()
  #isDue = false
  #isStopped = false

  constructor({ client, storage, clock }: { client: Client; storage: Storage; clock: Clock }) {
    this.#client = client
    this.#storage = storage
    this.#clock = clock
  }

  /** Resolves when all conditions that are due now are written. The answer stops it. */
  async start(): Promise<() => void> {
    const stops = [
      this.#storage.watch(SCHEMAS, { since: undefined }, ({ type, object }) => {
        if (type === 'DELETED') this.#schemas.delete(object.name)
        else this.#schemas.set(object.name, object)
        this.#wake()
      }),
      this.#storage.watch(LEVELS, { since: undefined }, () => this.#wake()),
    ]
    await this.#sync()
    return () => {
      this.#isStopped = true
      for (const stop of stops) stop()
    }
  }

  #wake(): void {
    if (this.#isDue || this.#isStopped) return
    this.#isDue = true
    this.#clock.defer(() => {
      this.#isDue = false
      if (!this.#isStopped) void this.#sync()
    })
  }

  /** A write that fails is made again after the change that made it fail. */
  async #sync(): Promise<void> {
    const writes: Promise<unknown>[] = []
    for (const { object } of this.#schemas.values()) {
      const schema = object as Readonly<FlowSchema>
      const wanted = this.#wanted(schema)
      if (wanted === undefined) continue
      const status = { ...schema.status, conditions: [...others(schema), wanted] }
      writes.push(this.#client.update(FlowSchemaKind, { ...schema, status }, { subresource: 'status' }))
    }
    await Promise.allSettled(writes)
  }

  /** Undefined where the schema says it already. */
  #wanted(schema: Readonly<FlowSchema>): FlowSchemaCondition | undefined {
    const level = schema.spec?.priorityLevelConfiguration.name ?? ''
    const exists = this.#storage.get(LEVELS, '', level) !== undefined
    const said = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`
    const status = exists ? 'False' : 'True'
    const reason = exists ? 'Found' : 'NotFound'
    const message = exists ? `${said} and it exists` : `${said} but there is no such object`
    const current = schema.status?.conditions?.find(isDangling)
    if (current?.status === status && current.reason === reason && current.message === message) return undefined
    const lastTransitionTime =
      current?.status === status && current.lastTransitionTime ? current.lastTransitionTime : formatTime(this.#clock.wallMs())
    return { type: 'Dangling', status, lastTransitionTime, reason, message }
  }
}

const isDangling = ({ type }: FlowSchemaCondition): boolean => type === 'Dangling'
const others = ({ status }: Readonly<FlowSchema>): FlowSchemaCondition[] => (status?.conditions ?? []).filter((one) => !isDangling(one))
