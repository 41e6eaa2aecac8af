// Records the golden tape again: node --conditions=@kubetape/source test/replay/record-golden.mjs
// To be done when the tape format changes, never because a replay of the old tape diverges: that is what it is there to tell.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { GOLDEN, GOLDEN_TAPE, recordJob } from './recorded-job.mjs'

const data = mkdtempSync(join(tmpdir(), 'kubetape-golden-'))
const { plane, soon } = await recordJob({ data })
await soon(plane.stop())
mkdirSync(GOLDEN, { recursive: true })
writeFileSync(new URL(`${GOLDEN_TAPE}.gz`, GOLDEN), gzipSync(readFileSync(join(data, 'tape.db')), { level: 9 }))
copyFileSync(join(data, 'tape.db.head'), new URL(`${GOLDEN_TAPE}.head`, GOLDEN))
rmSync(data, { recursive: true })
