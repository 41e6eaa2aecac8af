import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { CsiError } from '../csi-error.ts'
import { RequestRecord } from './request-record.ts'
import { machineFiles } from './volume-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape-csi-record-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (bytesMax?: number): Promise<RequestRecord> =>
  RequestRecord.open({
    files: machineFiles(),
    clock: new VirtualClock(),
    path: join(folder, 'requests'),
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })
const lines = (name = 'requests.jsonl'): Record<string, unknown>[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('RequestRecord', () => {
  test('writes down what was asked and how it ended, in the order of the ends', async () => {
    const record = await open()
    expect(
      await record.during('CreateVolume', { name: 'a', parameters: { type: 'fast' } }, () => Promise.resolve({ volumeId: 'v' })),
    ).toEqual({
      volumeId: 'v',
    })
    await record.during('DeleteVolume', { volumeId: 'v' }, () => Promise.resolve())
    const refusal = new CsiError('OUT_OF_RANGE', 'too much')
    await expect(record.during('ControllerExpandVolume', { volumeId: 'v' }, () => Promise.reject(refusal))).rejects.toBe(refusal)
    await expect(record.during('ListVolumes', {}, () => Promise.reject(new Error('out of paper')))).rejects.toThrow('out of paper')
    expect(lines()).toMatchObject([
      { method: 'CreateVolume', request: { name: 'a', parameters: { type: 'fast' } }, outcome: 'OK', answer: { volumeId: 'v' } },
      { method: 'DeleteVolume', request: { volumeId: 'v' }, outcome: 'OK' },
      { method: 'ControllerExpandVolume', outcome: 'OUT_OF_RANGE', message: 'too much' },
      { method: 'ListVolumes', outcome: 'INTERNAL', message: 'out of paper' },
    ])
    expect(lines()[0]!['time']).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  test('has no secrets', async () => {
    const record = await open()
    await record.during('CreateVolume', { name: 'a', secrets: { password: 'hunter2' } }, () => Promise.resolve())
    expect(readFileSync(join(folder, 'requests.jsonl'), 'utf8')).not.toMatch(/secrets|hunter2/)
    expect(lines()).toMatchObject([{ request: { name: 'a' } }])
  })

  test('goes on after a line that was cut off', async () => {
    await (await open()).during('A', {}, () => Promise.resolve())
    writeFileSync(join(folder, 'requests.jsonl'), '{"time":"19', { flag: 'a' })
    await (await open()).during('B', {}, () => Promise.resolve())
    const texts = readFileSync(join(folder, 'requests.jsonl'), 'utf8').split('\n')
    expect([texts.length, JSON.parse(texts[2]!)]).toMatchObject([4, { method: 'B' }])
  })

  test('is put aside when it is full, and keeps each line whole', async () => {
    const record = await open(500)
    await Promise.all(Array.from({ length: 12 }, (_, at) => record.during('A', { at }, () => Promise.resolve())))
    const kept = [...lines('requests.1.jsonl'), ...lines()].map(({ request }) => (request as { at: number }).at)
    expect(kept.at(-1)).toBe(11)
    expect(kept).toEqual(kept.toSorted((a, b) => a - b))
    expect(readFileSync(join(folder, 'requests.jsonl')).length).toBeLessThan(700)
  })

  test('begins anew when somebody has taken the full one away', async () => {
    const record = await open(10)
    await record.during('A', {}, () => Promise.resolve())
    rmSync(join(folder, 'requests.jsonl'))
    await record.during('B', {}, () => Promise.resolve())
    expect(lines()).toMatchObject([{ method: 'B' }])
  })

  test('is not written through a link', async () => {
    writeFileSync(join(folder, 'precious'), '')
    const record = await open()
    symlinkSync(join(folder, 'precious'), join(folder, 'requests.jsonl'))
    await expect(record.during('A', {}, () => Promise.resolve())).rejects.toThrow('ELOOP')
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('')
  })
})
