import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type AuditLogOptions, openAuditLog, WAITING_CHARACTERS_MAX } from './audit-log.ts'

let folder: string
const clock = new VirtualClock()
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kubetape-audit-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const open = (more: Partial<AuditLogOptions> = {}): ReturnType<typeof openAuditLog> =>
  openAuditLog({ path: join(folder, 'audit.log'), clock, onError: (error) => expect(error).toBeUndefined(), ...more })
const turn = (): Promise<void> => Promise.resolve()

describe('openAuditLog()', () => {
  test('adds lines to a file that its owner alone can read', async () => {
    for (const line of ['one', 'two']) {
      const log = open()
      log.write(line)
      await turn()
      expect(readFileSync(join(folder, 'audit.log'), 'utf8')).toMatch(`${line}\n`)
      await log.close()
    }
    expect(readFileSync(join(folder, 'audit.log'), 'utf8')).toBe('one\ntwo\n')
    expect(statSync(join(folder, 'audit.log')).mode & 0o777).toBe(0o600)
  })

  test('puts a full file aside and keeps as many as it is told', async () => {
    const log = open({ sizeMaxMb: 1, backupsMax: 2 })
    for (let at = 0; at < 5; at++) {
      log.write(`${at} ${'x'.repeat(1024 * 1024)}`)
      await turn()
      await clock.advance(1000)
    }
    await log.close()
    const files = readdirSync(folder).sort()
    expect(files).toHaveLength(3)
    expect(files.map((name) => readFileSync(join(folder, name), 'utf8').slice(0, 1))).toEqual(['2', '3', '4'])
  })

  test('takes away files that are too old', async () => {
    const log = open({ sizeMaxMb: 1, ageMaxDays: 1 })
    for (let at = 0; at < 3; at++) {
      log.write('x'.repeat(1024 * 1024))
      await turn()
      await clock.advance(25 * 3600 * 1000)
    }
    log.write('last')
    await log.close()
    // The newest one was put aside just now.
    expect(readdirSync(folder)).toHaveLength(2)
  })

  test('keeps no more of large lines than memory bears while the disk takes none', async () => {
    const told: [number, number][] = []
    const log = openAuditLog({ path: '/dev/full', clock, onError: (_, waiting, lost) => told.push([waiting, lost]) })
    for (let at = 0; at < 100; at++) log.write('x'.repeat(1024 * 1024))
    await turn()
    expect(told).toEqual([[64, 36]])
    log.write('x'.repeat(WAITING_CHARACTERS_MAX + 1))
    await turn()
    expect(told.at(-1)).toEqual([1, 64])
    await log.close()
  })

  test('writes many large lines whole and in order', async () => {
    const log = open()
    const lines = Array.from({ length: 30 }, (_, at) => `${at} ${'é'.repeat(200_000)}`)
    for (const line of lines) log.write(line)
    await turn()
    expect(readFileSync(join(folder, 'audit.log'), 'utf8')).toBe(`${lines.join('\n')}\n`)
    await log.close()
  })

  test('keeps and tells what a failing disk does not take', async () => {
    const told: [string, number, number][] = []
    // A device that is always full.
    const log = openAuditLog({ path: '/dev/full', clock, onError: (error, waiting, lost) => told.push([error.message, waiting, lost]) })
    log.write('one')
    await turn()
    log.write('two')
    await turn()
    expect(told).toEqual([
      [expect.stringContaining('ENOSPC'), 1, 0],
      [expect.stringContaining('ENOSPC'), 2, 0],
    ])
  })
})
