import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { writeProject } from './write-project.ts'

const FILES = new Map([
  ['a.txt', 'one'],
  ['.b', 'two'],
])

describe('writeProject()', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'write-project-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  test.each(['new/deep', '.'])('writes into %s, new or empty', (where) => {
    writeProject(join(folder, where), FILES)
    expect(readdirSync(join(folder, where)).toSorted()).toEqual(['.b', 'a.txt'])
    expect(readFileSync(join(folder, where, '.b'), 'utf8')).toBe('two')
  })

  test('refuses a folder with anything in it, and changes nothing', () => {
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full', '.git'), '')
    expect(() => writeProject(join(folder, 'full'), FILES)).toThrow(
      `Cannot begin a project in "${join(folder, 'full')}": the folder is not empty, it has .git; name a new one`,
    )
    expect(readdirSync(join(folder, 'full'))).toEqual(['.git'])
  })

  test('refuses a file', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => writeProject(join(folder, 'file'), FILES)).toThrow('a file is in the way')
  })
})
