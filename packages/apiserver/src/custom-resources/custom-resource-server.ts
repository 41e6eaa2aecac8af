import type { CustomResourceDefinition, CustomResourceDefinitionStatus } from '@kubetape/api/types/apiextensions/v1'
import { deepEqual, isConflict, isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'
import type { StorageEvent } from '@kubetape/storage'
import { InProcessClient } from '../in-process-client.ts'
import { CLEANUP_FINALIZER } from '../registry/apiextensions/definition-strategy.ts'
import type { Registry } from '../registry/registry.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { WebhookPost } from '../admission/webhook/webhook-post.ts'
import { DEFINITION_KIND, DEFINITIONS, isEstablished, isServed } from './definition.ts'
import { isBeingEmptied, planDefinition, withTermination } from './definition-plan.ts'
import { deleteInstances, whenEmptied } from './instance-deletion.ts'
import { resourcesOf, type ServingEnvironment } from './served-definition.ts'

type Definition = Readonly<CustomResourceDefinition>

export interface CustomResourceServerOptions {
  readonly registry: Registry
  readonly clock: Clock
  /** Who asks conversion webhooks. */
  readonly webhooks: Pick<WebhookPost, 'post'>
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
}

/** As whom the server writes what it says of definitions. */
const SERVER: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }
/** A step that failed is tried again after this time. */
const RETRY_MS = 1000

/**
 * Serves custom resources. What a caller may rely on:
 *
 * - What is served follows the stored definitions within the commit that changes them: whoever has seen that a definition is established is answered.
 *   The definitions that the log has already are served when this is made.
 * - Names, conditions and the end of definitions are written by this server, one status update after the other, as upstream's API server does: they are
 *   there with every controller switched off.
 * - After `stop` nothing is written any more.
 */
export class CustomResourceServer {
  readonly #options: CustomResourceServerOptions
  readonly #client: Client
  readonly #definitions = new Map<string, Definition>()
  /** Since which revisions the schemas of definitions are what they are. */
  readonly #schemasSince = new Map<string, number>()
  /** Definitions whose next step is under way, and whether they changed meanwhile. */
  readonly #working = new Map<string, boolean>()
  readonly #waits = new Map<string, () => void>()
  readonly #stopWatching: () => void
  #stopped = false

  constructor(options: CustomResourceServerOptions) {
    this.#options = options
    this.#client = new InProcessClient(options.registry, { user: SERVER, userAgent: 'kube-apiserver' })
    this.#stopWatching = options.registry.environment.storage.watch(DEFINITIONS, { since: undefined }, (event) => this.#follow(event))
  }

  stop(): void {
    this.#stopped = true
    this.#stopWatching()
    for (const end of this.#waits.values()) end()
    this.#waits.clear()
  }

  /** A definition that cannot be served, as only a foreign log may have one, must not keep others from it. */
  #follow(event: StorageEvent): void {
    try {
      this.#take(event)
    } catch (error) {
      this.#options.log('error', 'a definition cannot be served', { definition: event.object.name, error: String(error) })
    }
  }

  #take({ type, object: stored }: StorageEvent): void {
    const name = stored.name
    const before = this.#definitions.get(name)
    if (type === 'DELETED') {
      this.#definitions.delete(name)
      this.#schemasSince.delete(name)
      this.#endWait(name)
      if (before !== undefined) {
        const { registry, clock } = this.#options
        registry.serve(name, [])
        // When its watches have ended.
        clock.defer(() => registry.environment.storage.forget({ group: before.spec.group, resource: before.spec.names.plural }))
        for (const other of this.#groupOf(before)) this.#wake(other.metadata.name!)
      }
      return
    }
    const definition = stored.object as Definition
    this.#definitions.set(name, definition)
    if (before === undefined || !deepEqual(before.spec, definition.spec)) this.#schemasSince.set(name, stored.revision)
    if (before === undefined || !servesTheSame(before, definition)) {
      const resources = isServed(definition) ? resourcesOf(definition, this.#servingOf(name)) : []
      this.#options.registry.serve(name, resources, { keepWatches: before !== undefined && showsTheSame(before, definition) })
    }
    this.#wake(name)
  }

  #servingOf(name: string): ServingEnvironment {
    const { registry, webhooks } = this.#options
    return { converters: { webhooks, uids: registry.environment.uids }, schemaSince: this.#schemasSince.get(name) ?? 0 }
  }

  #groupOf({ spec }: Definition): Definition[] {
    return [...this.#definitions.values()].filter((one) => one.spec.group === spec.group)
  }

  /** Takes the next steps of a definition, one after the other, outside of the commit that has told of it. */
  #wake(name: string): void {
    if (this.#stopped) return
    if (this.#working.has(name)) {
      this.#working.set(name, true)
      return
    }
    this.#working.set(name, false)
    this.#options.clock.defer(() => void this.#work(name))
  }

  async #work(name: string): Promise<void> {
    try {
      await this.#step(name)
    } catch (error) {
      this.#options.log('error', 'a definition could not be looked after', { definition: name, error: String(error) })
      this.#options.clock.setTimer(() => this.#wake(name), RETRY_MS)
    }
    const again = this.#working.get(name) === true
    this.#working.delete(name)
    if (again) this.#wake(name)
  }

  async #step(name: string): Promise<void> {
    const definition = this.#definitions.get(name)
    if (definition === undefined || this.#stopped) return
    const step = planDefinition(definition, this.#groupOf(definition), this.#options.clock.wallMs())
    if (step.type === 'status') await this.#write({ ...definition, status: step.status })
    else if (step.type === 'empty' && !this.#waits.has(name)) await this.#empty(name, definition)
  }

  async #empty(name: string, definition: Definition): Promise<void> {
    if (!isEstablished(definition)) {
      await this.#letGo(definition, 'NeverEstablished', 'resource was never established')
      return
    }
    const { registry, clock } = this.#options
    let state
    try {
      state = await deleteInstances(registry, definition, SERVER, this.#servingOf(name))
    } catch (error) {
      const why = `could not issue all deletes: ${error instanceof Error ? error.message : String(error)}`
      await this.#terminating(definition, 'InstanceDeletionFailed', why)
      throw error
    }
    if (state === 'gone') {
      await this.#letGo(definition, 'InstanceDeletionCompleted', 'removed all instances')
      return
    }
    const end = whenEmptied(registry, definition, clock, (found) => {
      this.#waits.delete(name)
      if (found === 'gone') this.#wake(name)
      else void this.#late(name)
    })
    this.#waits.set(name, end)
  }

  /** Says that objects are still there; they are asked to go once more. */
  async #late(name: string): Promise<void> {
    const definition = this.#definitions.get(name)
    if (definition === undefined || this.#stopped) return
    try {
      await this.#terminating(
        definition,
        'InstanceDeletionCheck',
        'could not confirm zero CustomResources remaining: timed out waiting for the condition',
      )
    } catch (error) {
      this.#options.log('error', 'a definition could not be looked after', { definition: name, error: String(error) })
    }
    this.#wake(name)
  }

  async #terminating(definition: Definition, reason: 'InstanceDeletionFailed' | 'InstanceDeletionCheck', message: string): Promise<void> {
    await this.#write({ ...definition, status: withTermination(definition.status ?? {}, reason, message, this.#options.clock.wallMs()) })
  }

  /** Takes the server's finalizer off: if nobody else holds the definition, it goes. */
  async #letGo(definition: Definition, reason: 'InstanceDeletionCompleted' | 'NeverEstablished', message: string): Promise<void> {
    const current = this.#definitions.get(definition.metadata.name!)
    if (current === undefined || !isBeingEmptied(current)) return
    const finalizers = current.metadata.finalizers!.filter((one) => one !== CLEANUP_FINALIZER)
    const status: CustomResourceDefinitionStatus = withTermination(current.status ?? {}, reason, message, this.#options.clock.wallMs())
    await this.#write({ ...current, metadata: { ...current.metadata, finalizers }, status })
  }

  /** Writes the status; a definition that was changed meanwhile is looked at again. */
  async #write(definition: Definition): Promise<void> {
    try {
      await this.#client.update(DEFINITION_KIND, definition, { subresource: 'status' })
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error
    }
  }

  #endWait(name: string): void {
    this.#waits.get(name)?.()
    this.#waits.delete(name)
  }
}

/** Whether two states of a definition come to the same resources. */
function servesTheSame(before: Definition, after: Definition): boolean {
  const served = ({ status }: Definition): string[][] => (status?.conditions ?? []).map(({ type, status: is }) => [type, is])
  return showsTheSame(before, after) && deepEqual(served(before), served(after))
}

/** Whether objects look the same under both: only then do their watches go on, as upstream's do. */
function showsTheSame(before: Definition, after: Definition): boolean {
  return deepEqual(before.spec, after.spec) && deepEqual(before.status?.acceptedNames, after.status?.acceptedNames)
}
