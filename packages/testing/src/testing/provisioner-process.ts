import { type FaultRule, type FaultyClient, faultyClient } from '@kubetape/client/testing'
import { type ControlPlane, interruptedVolumes } from '@kubetape/control-plane'
import { csiProvisionerController, csiReclaimController } from '@kubetape/controllers'
import { type CsiDriver, CsiDriverRegistry } from '@kubetape/csi'
import { type CsiCallPoint, type CsiFault, type FakeCsiDriver, faultyCsiDriver } from '@kubetape/csi/testing'
import type { Random } from '@kubetape/determinism'
import { createJournal, type Journal } from '@kubetape/journal'
import { type Controller, Manager, type RunJournal } from '@kubetape/runtime'
import type { VirtualClock } from '@kubetape/determinism/testing'

export interface ProvisionerProcessOptions {
  readonly plane: ControlPlane
  readonly clock: VirtualClock
  readonly random: Random
  readonly fake: FakeCsiDriver
  /** What befalls requests of the API. */
  readonly faults?: readonly FaultRule[]
  /** Whether a new life reads off the tape what the last one left in the dark. Default true; false is the controller as upstream has it. */
  readonly remembers?: boolean
  /** Other controllers of this driver to run instead. */
  readonly controllers?: (drivers: CsiDriverRegistry) => Controller[]
  /** What befalls calls of the driver. */
  readonly driverFault?: (point: CsiCallPoint) => CsiFault | undefined
}

/** The provisioner of one driver as a process that can be killed and started again: nothing is left of it but what is on the tape. */
export class ProvisionerProcess {
  readonly faulty: FaultyClient
  /** Calls of the driver so far, over all lives. */
  calls = 0
  lives = 0
  readonly #options: ProvisionerProcessOptions
  readonly #drivers = new CsiDriverRegistry()
  readonly #border: CsiDriver
  readonly #journal: Journal
  #life = { isOver: true }
  #manager: Manager | undefined

  constructor(options: ProvisionerProcessOptions) {
    const { plane, clock, fake, faults = [], driverFault = () => undefined } = options
    this.#options = options
    this.#journal = createJournal(plane.log)
    this.faulty = faultyClient(plane.client('csi-provisioner'), { faults, clock })
    this.#border = faultyCsiDriver(fake, {
      fault: (point) => {
        this.calls++
        return driverFault(point)
      },
      onCrash: () => this.faulty.crash(),
    })
    this.#drivers.connect(this.#border)
  }

  get isDead(): boolean {
    return this.faulty.crashed
  }

  /** The connection to the driver breaks and is there again: every claim that seems to wait for it is looked at. */
  async reconnect(): Promise<void> {
    this.#drivers.disconnect(this.#border)
    this.#drivers.connect(this.#border)
    await settled(this.#options.clock, Promise.resolve())
  }

  /** Begins a life; what still waits in an earlier one waits for ever. */
  async start(): Promise<void> {
    const { plane, clock, remembers = true, controllers } = this.#options
    // Nothing of a dead process tries again: its requests fail, and nobody waits for what hangs.
    void this.#manager?.stop()
    await settled(clock, Promise.resolve())
    this.faulty.reset()
    this.#life = { isOver: false }
    this.lives++
    this.#manager = new Manager({
      client: this.faulty,
      gates: plane.gates,
      clock,
      // As the control plane runs them.
      events: 'v1',
      // Ids of runs are unique on the tape.
      random: this.#options.random,
      journal: mortal(this.#journal, () => this.faulty.crashed || this.#life.isOver),
    }).add(...(controllers?.(this.#drivers) ?? provisionerControllers(this.#drivers, remembers ? plane : undefined)))
    await settled(clock, this.#manager.start())
  }

  /** Ends the last life in an orderly way, or leaves a dead one alone. */
  async stop(): Promise<void> {
    if (!this.isDead) await settled(this.#options.clock, this.#manager!.stop())
    this.#life.isOver = true
    this.#journal.close()
  }
}

/** The controllers of such a process; without a plane those that a tape of them is held against. */
export function provisionerControllers(drivers: CsiDriverRegistry = new CsiDriverRegistry(), plane?: ControlPlane): Controller[] {
  const interrupted = plane === undefined ? {} : { interrupted: () => interruptedVolumes(plane.log) }
  return [csiProvisionerController({ drivers, ...interrupted }), csiReclaimController({ drivers })]
}

/** Lets the world settle around a promise. */
export async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  await clock.advance(0)
  for (let turn = 0; turn < 20; turn++) await clock.advance(1)
  return promise
}

/** A journal that a dead process writes nothing to. */
function mortal(journal: RunJournal, isDead: () => boolean): RunJournal {
  const never = new Promise<never>(() => undefined)
  return {
    begin: (run) => (isDead() ? undefined : journal.begin(run)),
    request: (run, request, readings) => (isDead() ? undefined : journal.request(run, request, readings)),
    answer: (run, request, answer) => (isDead() ? undefined : journal.answer(run, request, answer)),
    end: (run, end) => (isDead() ? undefined : journal.end(run, end)),
    durable: () => (isDead() ? never : journal.durable()),
  }
}
