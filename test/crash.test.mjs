// A control plane that is killed with SIGKILL in the middle of a 1,000-Pod Job and started again finishes it, and loses nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRounds } from './crash/kill-rounds.mjs'

const KILLS = Number(process.env.KUBETAPE_KILLS ?? 10)

test(`a control plane survives ${KILLS} kills in the middle of Jobs`, async (context) => {
  const rounds = await killRounds(KILLS, (text) => context.diagnostic(text))
  assert.ok(rounds.reduce((sum, { killed }) => sum + killed, 0) >= KILLS)
  assert.ok(rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0) > 0)
})
