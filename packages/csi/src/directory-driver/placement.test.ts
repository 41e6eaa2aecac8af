import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { bestPlacement, bindPlacement, linkPlacement } from './placement.ts'

let folder: string
let source: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubetape csi-place-'))
  source = join(folder, 'source')
  path = join(folder, 'a place')
  mkdirSync(source)
  writeFileSync(join(source, 'file'), 'content')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const scratch = mkdtempSync(join(tmpdir(), 'kubetape-csi-scratch-'))
const best = await bestPlacement(scratch)
rmSync(scratch, { recursive: true })

describe.each(best.kind === 'bind' ? [linkPlacement(), bindPlacement()] : [linkPlacement()])('a placement by $kind', (placement) => {
  afterEach(() => placement.displace(source, path).catch(() => undefined))

  test('shows the source, once, and goes without touching it', async () => {
    await placement.place(source, path, [])
    await placement.place(source, path, [])
    expect([readFileSync(join(path, 'file'), 'utf8'), await placement.isPlaced(source, path)]).toEqual(['content', true])
    await placement.displace(source, path)
    await placement.displace(source, path)
    expect([existsSync(path), await placement.isPlaced(source, path), readdirSync(source)]).toEqual([false, false, ['file']])
  })

  test('takes the place of an empty folder', async () => {
    mkdirSync(path)
    await placement.place(source, path, [])
    expect(readdirSync(path)).toEqual(['file'])
  })

  test.each<[string, () => void]>([
    ['a folder with something in it', () => mkdirSync(join(path, 'inner'), { recursive: true })],
    ['a file', () => writeFileSync(path, 'precious')],
    ['a link', () => symlinkSync('/etc', path)],
  ])('leaves %s alone', async (_, make) => {
    make()
    const before = readdirSync(folder, { withFileTypes: true }).map(String)
    await expect(placement.place(source, path, [])).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    await expect(placement.displace(source, path)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    expect(readdirSync(folder, { withFileTypes: true }).map(String)).toEqual(before)
  })

  test('leaves the placement of another source alone', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    await placement.place(other, path, [])
    await expect(placement.place(source, path, [])).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    await expect(placement.displace(source, path)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    await placement.displace(other, path)
  })

  test(placement.kind === 'bind' ? 'is readonly when it shall be' : 'cannot be readonly', async () => {
    await placement.place(source, path, ['ro'])
    const write = (): void => writeFileSync(join(path, 'more'), '')
    if (placement.kind === 'bind') expect(write).toThrow('EROFS')
    else expect(write).not.toThrow()
  })
})
