import type { Kind } from '@kubetape/apimachinery'
import { type Controller, kindId, kindsOf } from './controller.ts'
import { ControllerRunner } from './controller-runner.ts'
import type { RunnerEnvironment } from './live-run.ts'
import type { SharedInformers } from './shared-informers.ts'

/**
 * The controllers of a Manager, which may come and go at any time. What a caller may rely on:
 *
 * - Each begins to watch with `watch`, or when it is added later; it acts from `act` on, as soon as its informers have synced.
 * - A kind that none of them sees any more is released.
 * - `stop` waits for the runs under way, those of removed controllers too.
 */
export class ControllerSet {
  readonly #informers: SharedInformers
  readonly #environment: RunnerEnvironment
  /** In the order of their addition. */
  readonly #controllers: Controller[] = []
  /** Of controllers that watch already. */
  readonly #runners = new Map<string, ControllerRunner>()
  /** Of controllers that came while others watch, and whose informers have not synced. */
  readonly #joining = new Set<ControllerRunner>()
  /** Of controllers that were removed and whose runs have not ended. */
  readonly #leaving = new Set<ControllerRunner>()
  #phase: 'new' | 'watching' | 'acting' | 'stopped' = 'new'

  constructor(informers: SharedInformers, environment: Omit<RunnerEnvironment, 'informer' | 'acquire' | 'release'>) {
    this.#informers = informers
    this.#environment = {
      ...environment,
      informer: (kind) => informers.of(kind),
      acquire: (kind) => informers.acquire(kind),
      release: (kind) => this.#release(kind),
    }
  }

  get all(): readonly Controller[] {
    return this.#controllers
  }

  /** Whether none has anything queued or running (what is delayed does not count). */
  get idle(): boolean {
    return [...this.#runners.values(), ...this.#leaving].every((runner) => runner.idle)
  }

  /** Throws when another one has its name, or files objects under an index of the same name differently. */
  add(controller: Controller): void {
    if (this.#controllers.some((one) => one.name === controller.name))
      throw new Error(`Cannot add controller "${controller.name}": another one has this name`)
    for (const kind of kindsOf(controller)) this.#informers.acquire(kind)
    this.#informers.addIndexes(controller)
    this.#controllers.push(controller)
    if (this.#phase === 'watching' || this.#phase === 'acting') void this.#join(this.#watch(controller))
  }

  /** Resolves when its runs under way have ended. Throws when there is none of this name. */
  async remove(name: string): Promise<void> {
    const controller = this.#controllers.find((one) => one.name === name)
    if (controller === undefined) throw new Error(`Cannot remove controller "${name}": there is none of this name`)
    this.#controllers.splice(this.#controllers.indexOf(controller), 1)
    const runner = this.#runners.get(name)
    this.#runners.delete(name)
    const kinds = runner?.kinds ?? kindsOf(controller)
    if (runner !== undefined) {
      this.#leaving.add(runner)
      await runner.stop()
      this.#leaving.delete(runner)
    }
    for (const kind of kinds) this.#release(kind)
  }

  /** Lets them see what the informers show. */
  watch(): void {
    this.#phase = 'watching'
    for (const controller of this.#controllers) this.#watch(controller)
  }

  /** Lets them act; to be called when the informers of those that were there at `watch` have synced. */
  act(): void {
    this.#phase = 'acting'
    for (const runner of this.#runners.values()) if (!this.#joining.has(runner)) runner.start()
  }

  async stop(): Promise<void> {
    this.#phase = 'stopped'
    await Promise.all([...this.#runners.values(), ...this.#leaving].map((runner) => runner.stop()))
  }

  #watch(controller: Controller): ControllerRunner {
    for (const kind of kindsOf(controller)) this.#informers.of(kind)
    const runner = new ControllerRunner(controller, this.#environment)
    this.#runners.set(controller.name, runner)
    runner.subscribe()
    return runner
  }

  /** Lets one begin that came while others watch. */
  async #join(runner: ControllerRunner): Promise<void> {
    this.#joining.add(runner)
    await Promise.all(runner.kinds.map((kind) => this.#informers.of(kind).synced))
    this.#joining.delete(runner)
    if (this.#phase === 'acting' && this.#runners.get(runner.controller.name) === runner) runner.start()
  }

  #release(kind: Kind): void {
    const seen = [...this.#controllers.flatMap(kindsOf), ...[...this.#runners.values()].flatMap((runner) => runner.kinds)]
    if (!seen.some((one) => kindId(one) === kindId(kind))) this.#informers.release(kind)
  }
}
