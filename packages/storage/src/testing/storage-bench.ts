import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { seededRandom } from '@kubetape/determinism'
import type { VirtualClock } from '@kubetape/determinism/testing'
import type { Entry, EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { Storage } from '../storage.ts'
import type { StoredObject } from '../stored-object.ts'
import type { StorageEvent, WatchRequest } from '../watch.ts'

export const PODS = { group: '', resource: 'pods' }
export const JOBS = { group: 'batch', resource: 'jobs' }
export const LEASES = { group: 'coordination.k8s.io', resource: 'leases' }
export const EVENTS = { group: '', resource: 'events' }

/** Objects of namespace `a` labelled `on`. */
export const isOn = ({ object }: StoredObject): boolean => object.metadata?.labels?.['state'] === 'on'

/** Runs a suite over each driver of the log. */
export function eachLog(suite: (open: (clock: VirtualClock) => Bench) => void): void {
  describe('over the memory log', () => suite((clock) => new Bench(clock, () => createMemoryLog({ clock }))))
  describe('over the SQLite log', () => {
    const root = mkdtempSync(join(tmpdir(), 'kubetape-storage-'))
    afterAll(() => rmSync(root, { recursive: true, force: true }))
    suite((clock) => {
      const path = join(mkdtempSync(join(root, 'log-')), 'log.tape')
      return new Bench(clock, () => openSqliteLog({ path, clock, random: seededRandom(1), durability: 'relaxed' }))
    })
  })
}

/** A storage on virtual time with short ways to write. */
export class Bench {
  readonly clock: VirtualClock
  readonly #openLog: () => EventLog
  log: EventLog
  storage: Storage

  constructor(clock: VirtualClock, openLog: () => EventLog) {
    this.clock = clock
    this.#openLog = openLog
    this.log = openLog()
    this.storage = Storage.open({ log: this.log, clock })
  }

  /** Closes everything and opens it anew; a memory log lives on, as there is nothing to reopen it from. */
  async restart(): Promise<void> {
    this.storage.close()
    if (this.log.info.capabilities.durable) {
      await this.log.close()
      this.log = this.#openLog()
    }
    this.storage = Storage.open({ log: this.log, clock: this.clock })
  }

  async close(): Promise<void> {
    this.storage.close()
    await this.log.close()
  }

  /** Writes one object over whatever is there; answers its revision. */
  async put(key: string, labels: Record<string, string> = {}, resource = PODS): Promise<number> {
    return (await this.write(this.putting(key, labels, resource)))[0]!
  }

  async remove(key: string, resource = PODS): Promise<number> {
    return (await this.write(this.removing(key, resource)))[0]!
  }

  /** Commits at once, all in one; answers the revisions. */
  async write(...writes: Parameters<Storage['commit']>[0]): Promise<number[]> {
    const committed = this.storage.commit(writes).then(
      (stored) => ({ revisions: stored.map(({ revision }) => revision) }),
      (error: unknown) => ({ error }),
    )
    await this.log.flush()
    await this.clock.advance(0)
    const outcome = await committed
    if ('error' in outcome) throw outcome.error
    return outcome.revisions
  }

  putting(key: string, labels: Record<string, string> = {}, resource = PODS): Parameters<Storage['commit']>[0][number] {
    const { namespace, name } = named(key)
    const expect = this.storage.get(resource, namespace, name)?.revision ?? 0
    return { ...resource, namespace, name, operation: expect === 0 ? 'create' : 'update', expect, object: objectOf(key, labels) }
  }

  removing(key: string, resource = PODS): Parameters<Storage['commit']>[0][number] {
    const { namespace, name } = named(key)
    const stored = this.storage.get(resource, namespace, name)!
    return { ...resource, namespace, name, operation: 'delete', expect: stored.revision, object: { ...stored.object } }
  }

  /** Collects a watch's events. */
  watch(request: Partial<WatchRequest> = {}, resource = PODS): { events: StorageEvent[]; stop: () => void } {
    const events: StorageEvent[] = []
    return { events, stop: this.storage.watch(resource, { since: undefined, ...request }, (event) => events.push(event)) }
  }

  /** All entries of a resource in the log. */
  entries(from = 1, resource = PODS): Entry[] {
    return this.log.entries({ from, limit: 1_000_000, prefix: `${resource.group}/${resource.resource}/` })
  }
}

export function objectOf(key: string, labels: Record<string, string> = {}): KubeObject {
  return { kind: 'Pod', apiVersion: 'v1', metadata: { ...named(key), labels, uid: `uid of ${key}` } }
}

/** Events as "TYPE key@revision". */
export const brief = (events: readonly StorageEvent[]): string[] =>
  events.map(({ type, object, revision }) => `${type} ${object.key}@${revision}`)

/** Objects as "key@revision". */
export const keys = (objects: readonly StoredObject[]): string[] => objects.map(({ key, revision }) => `${key}@${revision}`)

function named(key: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = key.includes('/') ? key.split('/') : ['', key]
  return { namespace, name }
}

/** The same log, with another implementation of one of its methods. */
export function withMethod<K extends keyof EventLog>(log: EventLog, name: K, method: EventLog[K]): EventLog {
  return new Proxy(log, {
    get: (target, asked) => {
      if (asked === name) return method
      const value: unknown = Reflect.get(target, asked)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
