import { join } from 'node:path'
import type { Client } from '@kubetape/client'
import { CsiDriverRegistry, type CsiDrivers } from '@kubetape/csi'
import type { Clock, Random, UidSource } from '@kubetape/determinism'
import { type Controller, Manager, type ManagerOptions, type RunJournal, type RunLog } from '@kubetape/runtime'
import { binder } from './binder.ts'
import { nodeAgent } from './node-agent.ts'
import { DEFAULT_CAPACITY, type NodeCapacity, simulatedNodeName, type SimulatedNode } from './node-object.ts'
import { podAgent } from './pod-agent.ts'
import { type PodRule, PodScripts } from './pod-script.ts'
import { MountFolder } from './volumes/mount-folder.ts'
import { Mounts } from './volumes/mounts.ts'
import { registrationAgent } from './volumes/registration-agent.ts'
import { volumeAgent, type VolumeService } from './volumes/volume-agent.ts'
import { volumesInUseAgent } from './volumes/volumes-in-use-agent.ts'

export interface SimulatedNodesOptions {
  /** How many nodes: `kubetape-node-0`, `kubetape-node-1`, … */
  readonly count: number
  /** What each node has and gives. Default: 32 CPUs, 128Gi of memory, 100Gi of ephemeral storage, 1000 Pods; what is left out is taken from there. */
  readonly capacity?: NodeCapacity
  /** How Pods behave, the first rule that matches counts; a Pod's own annotations win (see PodScript). */
  readonly rules?: readonly PodRule[]
  /** Place Pods too. Default true; false where a scheduler does it. */
  readonly bind?: boolean
  /** CSI drivers that are connected. Default: none. */
  readonly drivers?: CsiDrivers
  /** The folder below which drivers stage and publish volumes, a kubelet's folder for each node. Default: only names of folders, nothing is on disk. */
  readonly volumeFolder?: string
}

/** What folders of kubelets are called where there are none. */
const NO_FOLDER = '/var/lib/kubetape/kubelets'

/** The nodes of a cluster without machines, as controllers for a Manager: they register, take Pods, and let them live as their scripts say. */
export function simulatedNodes(options: SimulatedNodesOptions): Controller[] {
  const { count, capacity = {}, rules = [], bind = true, drivers = new CsiDriverRegistry(), volumeFolder } = options
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`Cannot simulate ${count} nodes: the count must be a whole number from 0`)
  const nodes = Array.from({ length: count }, (_, index): SimulatedNode => ({
    name: simulatedNodeName(index),
    index,
    capacity: { ...DEFAULT_CAPACITY, ...capacity },
  }))
  const names = new Set(nodes.map(({ name }) => name))
  const mounts = new Mounts(volumeFolder === undefined ? undefined : new MountFolder(volumeFolder))
  const service: VolumeService = {
    mounts,
    drivers,
    kubelet: (node) => join(volumeFolder ?? NO_FOLDER, node),
    isOurs: (node) => names.has(node),
  }
  return [
    nodeAgent(nodes),
    podAgent(nodes, new PodScripts(rules), mounts),
    registrationAgent(service, [...names]),
    volumesInUseAgent(service),
    volumeAgent(service),
    ...(bind ? [binder()] : []),
  ]
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
  static async start({ count, capacity, rules, bind, drivers, volumeFolder, ...manager }: StartOptions): Promise<SimulatedNodes> {
    const options = {
      count,
      ...(capacity === undefined ? {} : { capacity }),
      ...(rules === undefined ? {} : { rules }),
      ...(bind === undefined ? {} : { bind }),
      ...(drivers === undefined ? {} : { drivers }),
      ...(volumeFolder === undefined ? {} : { volumeFolder }),
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
