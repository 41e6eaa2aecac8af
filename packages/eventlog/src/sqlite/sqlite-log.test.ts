import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { eventLogContract } from '../testing/index.ts'
import { openSqliteLog } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubetape-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
eventLogContract('openSqliteLog()', ({ clock }) =>
  openSqliteLog({ path: join(folder, `${made++}.tape`), clock, random: seededRandom(1), durability: 'relaxed' }),
)
