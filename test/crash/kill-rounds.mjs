import { randomInt, systemRandom } from '@kubetape/determinism'
import { crashRound } from './crash-round.mjs'

const KILLS_A_ROUND = 6

/** Rounds until there were `kills` kills; a failed seed can be played again with KUBETAPE_CRASH_SEED. */
export async function killRounds(kills, say) {
  const base = process.env.KUBETAPE_CRASH_SEED === undefined ? randomInt(systemRandom(), 2 ** 31) : Number(process.env.KUBETAPE_CRASH_SEED)
  const rounds = []
  for (let killed = 0; killed < kills;) {
    const seed = base + rounds.length
    const round = await crashRound({ seed, kills: Math.min(KILLS_A_ROUND, kills - killed) })
    say(JSON.stringify(round))
    killed += round.killed
    rounds.push(round)
  }
  return rounds
}
