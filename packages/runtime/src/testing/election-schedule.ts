import { randomFloat, randomInt, type Random, seededRandom, systemClock } from '@kubetape/determinism'
import { LeaderElector } from '../leader-election/leader-elector.ts'
import { LeaseServer } from './lease-server.ts'
import { SimulatedProcess, SimulatedTime } from './simulated-time.ts'

/** What is wrong on purpose, to see that it is found. */
export interface Sabotage {
  /** The server does not compare resource versions. */
  readonly unconditional?: boolean
  /** Clocks run up to this share fast or slow. Default: as much as the times of the election allow. */
  readonly drift?: number
  /** No answer ever comes. */
  readonly deaf?: boolean
}

/** What a schedule came to. */
export interface Verdict {
  /** The first thing that must not happen, in words; undefined if nothing did. */
  readonly broken: string | undefined
  /** How often somebody began to lead. */
  readonly terms: number
  readonly writes: number
}

const PROCESSES = 3
/** Faults happen until then; what they delayed has arrived long before the end. */
const FAULTS_UNTIL_MS = 90_000
const END_MS = FAULTS_UNTIL_MS + 80_000
/** Clocks run up to this share fast or slow: 10 s of the slowest are less than 15 s of the fastest. */
const CLOCK_DRIFT = 0.1
/** Writes of a leader are at most so long under way: less than what is between deadline and lease for the worst clocks (15/1.1 - 10/0.9 s). */
const WORK_DELAY_MAX_MS = 2000
const WORK_EVERY_MS = 700
/** A wall clock that is set back and a sleep within a second of it cannot be told from nothing at all (see Leadership). */
const SLEEP_AFTER_JUMP_MS = 1500

/** Until when nothing passes between a process and the server. */
interface Cut {
  untilMs: number
  answersOnly: boolean
}

interface Candidate {
  readonly name: number
  readonly cut: Cut
  /** Begins nothing any more. */
  draining: boolean
  jumpedAtMs: number
  readonly process: SimulatedProcess
  readonly elector: LeaderElector
}

/**
 * One made-up history of processes that compete for a Lease: they crash, are paused, sleep with their machines, start again; wall clocks jump,
 * monotonic ones drift; requests and answers are slow, late, lost or out of order. Everything follows from the seed.
 */
export class ElectionSchedule {
  readonly #random: Random
  readonly #sabotage: Sabotage
  readonly #time = new SimulatedTime()
  readonly #server = new LeaseServer(this.#time)
  readonly #candidates = new Map<number, Candidate>()
  #broken: string | undefined
  #terms = 0
  /** The term of the last work that arrived. */
  #workTerm = 0

  constructor(seed: number, sabotage: Sabotage = {}) {
    this.#random = seededRandom(seed)
    this.#sabotage = sabotage
  }

  async run(): Promise<Verdict> {
    for (let name = 0; name < PROCESSES; name++) this.#time.after(this.#upTo(3000), () => this.#start(name))
    this.#time.after(this.#upTo(20_000), () => this.#fault())
    while (this.#broken === undefined && this.#time.step(END_MS)) {
      await everythingSettled()
      this.#checkLeaders()
    }
    if (this.#broken === undefined && this.#leaders().length === 0) this.#break('nobody leads, long after the last fault')
    for (const { process } of this.#candidates.values()) process.kill()
    return { broken: this.#broken, terms: this.#terms, writes: this.#server.writes }
  }

  #upTo(ms: number): number {
    return randomFloat(this.#random) * ms
  }

  #chance(share: number): boolean {
    return randomFloat(this.#random) < share
  }

  #start(name: number): void {
    const process = new SimulatedProcess(this.#time, {
      rate: 1 + (randomFloat(this.#random) * 2 - 1) * (this.#sabotage.drift ?? CLOCK_DRIFT),
      wallOffsetMs: this.#upTo(7_200_000) - 3_600_000,
    })
    const cut: Cut = { untilMs: 0, answersOnly: false }
    const client = this.#server.client(process, (way) => this.#delay(way, cut), this.#sabotage)
    // Identities ought to be unique; that some are not must do no harm.
    const identity = this.#chance(0.1) ? 'same' : `process-${name}-${Math.round(this.#time.nowMs)}`
    const elector = new LeaderElector(
      { id: 'app', namespace: 'ns', identity, releaseOnCancel: this.#chance(0.5) },
      { client, clock: process, random: this.#random, log: SILENT },
    )
    const candidate: Candidate = { name, process, elector, cut, draining: false, jumpedAtMs: -SLEEP_AFTER_JUMP_MS }
    this.#candidates.set(name, candidate)
    void elector.elected.then(() => this.#elected(candidate))
    void elector.ended.then((error) => {
      // A process that has lost ends, and is started again.
      if (error !== undefined) this.#restart(candidate)
    })
    elector.start()
  }

  #elected(candidate: Candidate): void {
    const term = ++this.#terms
    const work = (): void => {
      if (candidate.process.state === 'dead' || candidate.elector.signal.aborted) return
      if (candidate.elector.isLeader() && !candidate.draining)
        this.#time.after(this.#upTo(WORK_DELAY_MAX_MS), () => this.#workArrives(term))
      candidate.process.setTimer(work, this.#upTo(2 * WORK_EVERY_MS))
    }
    work()
  }

  #workArrives(term: number): void {
    if (term < this.#workTerm) this.#break(`work of term ${term} arrives after work of term ${this.#workTerm}`)
    this.#workTerm = Math.max(term, this.#workTerm)
  }

  /** Usually a network; until the faults end, sometimes a bad one. */
  #delay(way: 'request' | 'answer', cut: Cut): number | undefined {
    if (this.#time.nowMs < cut.untilMs && (way === 'answer' || !cut.answersOnly)) return undefined
    if (this.#sabotage.deaf) return undefined
    if (this.#time.nowMs > FAULTS_UNTIL_MS || this.#chance(0.85)) return this.#upTo(150)
    if (this.#chance(0.3)) return undefined
    return this.#upTo(this.#chance(0.5) ? 6000 : 30_000)
  }

  #fault(): void {
    if (this.#time.nowMs > FAULTS_UNTIL_MS) return
    const leaders = this.#leaders()
    // Leaders are the more interesting victims.
    const victim = leaders.length > 0 && this.#chance(0.7) ? leaders[0]! : this.#candidates.get(randomInt(this.#random, PROCESSES))
    if (victim !== undefined && victim.process.state === 'running') this.#harm(victim)
    this.#time.after(this.#upTo(20_000), () => this.#fault())
  }

  #harm(victim: Candidate): void {
    const { process, elector } = victim
    switch (randomInt(this.#random, 6)) {
      case 0:
        return this.#restart(victim)
      case 1:
      case 2:
        process.pause(this.#chance(0.5) || this.#time.nowMs - victim.jumpedAtMs < SLEEP_AFTER_JUMP_MS ? 'stopped' : 'asleep')
        this.#time.after(this.#upTo(45_000), () => {
          if (process.state !== 'dead') process.resume(this.#chance(0.5))
        })
        return
      case 3:
        victim.cut.untilMs = this.#time.nowMs + this.#upTo(40_000)
        victim.cut.answersOnly = this.#chance(0.3)
        return
      case 4:
        victim.jumpedAtMs = this.#time.nowMs
        return process.jumpWall(this.#upTo(120_000) - 60_000)
      default:
        // An orderly end: what is under way is waited for, then the Lease may be given up.
        victim.draining = true
        process.setTimer(() => void elector.stop().then(() => process.deliver(() => this.#restart(victim))), 2 * WORK_DELAY_MAX_MS)
    }
  }

  #restart(candidate: Candidate): void {
    if (candidate.process.state === 'dead') return
    candidate.process.kill()
    this.#candidates.delete(candidate.name)
    this.#time.after(this.#upTo(5000), () => this.#start(candidate.name))
  }

  /** Those who would act if they were asked now. */
  #leaders(): Candidate[] {
    return [...this.#candidates.values()].filter(({ process, elector }) => process.state === 'running' && elector.isLeader())
  }

  #checkLeaders(): void {
    const leaders = this.#leaders()
    if (leaders.length > 1) this.#break(`${leaders.length} processes lead at once`)
  }

  #break(what: string): void {
    this.#broken ??= `${what} (at ${Math.round(this.#time.nowMs)} ms)`
  }
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const clock = systemClock()
/** Every promise that can go on has gone on. */
const everythingSettled = (): Promise<void> => new Promise((resolve) => clock.defer(resolve))
