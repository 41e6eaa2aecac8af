import type { Output } from '../output.ts'

/** An output that keeps its lines, for tests. */
export class MemoryOutput implements Output {
  readonly isTerminal: boolean
  readonly outLines: string[] = []
  readonly errLines: string[] = []
  readonly progressTexts: string[] = []

  constructor(options: { isTerminal?: boolean } = {}) {
    this.isTerminal = options.isTerminal ?? false
  }

  out(text: string): void {
    this.outLines.push(...text.split('\n'))
  }

  err(text: string): void {
    this.errLines.push(...text.split('\n'))
  }

  progress(text: string): void {
    this.progressTexts.push(text)
  }
}
