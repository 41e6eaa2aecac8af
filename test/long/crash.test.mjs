// The crash test with the kills that are too many for every change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRounds } from '../crash/kill-rounds.mjs'

const KILLS = Number(process.env.KUBETAPE_KILLS ?? 200)

test(`a control plane survives ${KILLS} kills in the middle of Jobs`, async (context) => {
  const rounds = await killRounds(KILLS, (text) => context.diagnostic(text))
  assert.ok(
    rounds.some(({ interrupted }) => interrupted > 0),
    'some kills cut a run off',
  )
})
