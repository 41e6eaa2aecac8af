import { describe, expect, test } from '@jest/globals'
import { appendContract } from './append-contract.ts'
import { type LogMaker, withLog } from './log-maker.ts'
import { maintenanceContract } from './maintenance-contract.ts'
import { readContract } from './read-contract.ts'

/** Everything that a caller may rely on, as tests. Every driver passes this: call it in a test file of the driver. */
export function eventLogContract(name: string, makeLog: LogMaker): void {
  describe(name, () => {
    test('info names the format and a generation', () =>
      withLog(makeLog, (log) => {
        expect(log.info.formatVersion).toBe(1)
        expect(log.info.generation).toMatch(/^[0-9a-f-]{36}$/)
      }))
    appendContract(makeLog)
    readContract(makeLog)
    maintenanceContract(makeLog)
  })
}
