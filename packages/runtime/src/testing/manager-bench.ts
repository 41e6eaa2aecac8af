import { afterEach, beforeEach } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import type { KubeObject } from '@kubetape/apimachinery'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { Controller } from '../controller.ts'
import { Manager } from '../manager.ts'
import type { ManagerOptions } from '../manager-options.ts'
import type { RunAnswer, RunBegin, RunEnd, RunRequest } from '@kubetape/journal'
import type { RunJournal } from '../run-journal.ts'
import { FakeApi } from './fake-api.ts'

/** What the journal was told, in order. */
export type JournalCall =
  | { readonly call: 'begin'; readonly run: RunBegin }
  | { readonly call: 'request'; readonly run: RunBegin; readonly request: RunRequest }
  | { readonly call: 'answer'; readonly run: RunBegin; readonly request: RunRequest; readonly answer: RunAnswer }
  | { readonly call: 'end'; readonly run: RunBegin; readonly end: RunEnd }
  | { readonly call: 'durable' }

/** Managers on virtual time against the fake API, with a journal that remembers. */
export class ManagerBench {
  readonly clock = new VirtualClock()
  readonly api = new FakeApi()
  readonly calls: JournalCall[] = []
  readonly warnings: string[] = []
  readonly gates = new Map<string, boolean>()
  readonly #managers: Manager[] = []

  /** Starts a manager of these controllers and lets everything settle. */
  async start(controllers: readonly Controller[], options: Partial<ManagerOptions> = {}): Promise<Manager> {
    const manager = this.make(controllers, options)
    void manager.start()
    await this.clock.advance(0)
    return manager
  }

  make(controllers: readonly Controller[], options: Partial<ManagerOptions> = {}): Manager {
    const random = seededRandom(1)
    const log = () => ({
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => void this.warnings.push(message),
      error: (message: string) => void this.warnings.push(message),
    })
    const gates = { enabled: (feature: string) => this.gates.get(feature) ?? false }
    const manager = new Manager({
      client: this.api,
      gates,
      clock: this.clock,
      random,
      uids: uidSource(random),
      journal: this.#journal(),
      log,
      ...options,
    })
    this.#managers.push(manager)
    return manager.add(...controllers)
  }

  /** Writes a ConfigMap as somebody else would, and lets everything settle. */
  async put(key: string, data: Record<string, string> = {}, metadata: KubeObject['metadata'] = {}): Promise<KubeObject> {
    const exists = this.api.peek(ConfigMap, key) !== undefined
    const object = configMap(key, data, metadata)
    const writing = exists ? this.api.update(ConfigMap, object) : this.api.create(ConfigMap, object)
    await this.clock.advance(0)
    return writing
  }

  async remove(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    const removing = this.api.delete(ConfigMap, { namespace, name })
    await this.clock.advance(0)
    await removing
  }

  /** Runs that began, in order. */
  get runs(): RunBegin[] {
    return this.calls.flatMap((one) => (one.call === 'begin' ? [one.run] : []))
  }

  get ends(): RunEnd[] {
    return this.calls.flatMap((one) => (one.call === 'end' ? [one.end] : []))
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.#managers.map((manager) => manager.stop()))
    await this.clock.advance(0)
    await stopping
  }

  #journal(): RunJournal {
    return {
      begin: (run) => this.calls.push({ call: 'begin', run }),
      request: (run, request) => this.calls.push({ call: 'request', run, request }),
      answer: (run, request, answer) => this.calls.push({ call: 'answer', run, request, answer }),
      end: (run, end) => this.calls.push({ call: 'end', run, end }),
      durable: () => Promise.resolve(void this.calls.push({ call: 'durable' })),
    }
  }
}

/** Answers the bench of the test that runs; its managers are stopped after it. */
export function managerBench(): () => ManagerBench {
  let current: ManagerBench
  beforeEach(() => {
    current = new ManagerBench()
  })
  afterEach(() => current.stop())
  return () => current
}

export function configMap(key: string, data: Record<string, string> = {}, metadata: KubeObject['metadata'] = {}) {
  const [namespace = '', name = ''] = key.split('/')
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, ...metadata }, data }
}
