import type { Client } from '@kubetape/client'
import type { Clock, Random, UidSource } from '@kubetape/determinism'
import { type Controller, Manager, type ManagerOptions, type RunJournal, type RunLog } from '@kubetape/runtime'
import { binder } from './binder.ts'
import { nodeAgent } from './node-agent.ts'
import { DEFAULT_CAPACITY, type NodeCapacity, simulatedNodeName, type SimulatedNode } from './node-object.ts'
import { podAgent } from './pod-agent.ts'
import { type PodRule, PodScripts } from './pod-script.ts'

export interface SimulatedNodesOptions {
  /** How many nodes: `kubetape-node-0`, `kubetape-node-1`, … */
  readonly count: number
  /** What each node has and gives. Default: 32 CPUs, 128Gi of memory, 100Gi of ephemeral storage, 1000 Pods; what is left out is taken from there. */
  readonly capacity?: NodeCapacity
  /** How Pods behave, the first rule that matches counts; a Pod's own annotations win (see PodScript). */
  readonly rules?: readonly PodRule[]
  /** Place Pods too. Default true; false where a scheduler does it. */
  readonly bind?: boolean
}

/** The nodes of a cluster without machines, as controllers for a Manager: they register, take Pods, and let them live as their scripts say. */
export function simulatedNodes({ count, capacity = {}, rules = [], bind = true }: SimulatedNodesOptions): Controller[] {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`Cannot simulate ${count} nodes: the count must be a whole number from 0`)
  const nodes = Array.from({ length: count }, (_, index): SimulatedNode => ({
    name: simulatedNodeName(index),
    index,
    capacity: { ...DEFAULT_CAPACITY, ...capacity },
  }))
  return [nodeAgent(nodes), podAgent(nodes, new PodScripts(rules)), ...(bind ? [binder()] : [])]
}

export interface StartOptions extends SimulatedNodesOptions, Pick<ManagerOptions, 'gates'> {
  readonly client: Client
  readonly clock?: Clock
  readonly random?: Random
  readonly uids?: UidSource
  readonly journal?: RunJournal
  readonly log?: (fields: Record<string, unknown>) => RunLog
}

/** Simulated nodes that run by themselves, against any API server. */
export class SimulatedNodes {
  readonly #manager: Manager

  private constructor(manager: Manager) {
    this.#manager = manager
  }

  /** Resolves when the nodes have begun to register. */
  static async start({ count, capacity, rules, bind, ...manager }: StartOptions): Promise<SimulatedNodes> {
    const options = {
      count,
      ...(capacity === undefined ? {} : { capacity }),
      ...(rules === undefined ? {} : { rules }),
      ...(bind === undefined ? {} : { bind }),
    }
    const nodes = new SimulatedNodes(new Manager(manager).add(...simulatedNodes(options)))
    await nodes.#manager.start()
    return nodes
  }

  /** Lets what is under way finish; the Nodes and their Pods stay as they are, as if the machines had lost power. */
  async stop(): Promise<void> {
    await this.#manager.stop()
  }
}
