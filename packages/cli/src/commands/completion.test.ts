import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { buildProgram, run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

async function script(shell: string): Promise<string> {
  const output = new MemoryOutput()
  expect(await run(['completion', shell], output)).toBe(0)
  return output.outLines.join('\n')
}

const verbs = buildProgram(new MemoryOutput()).commands.map((command) => command.name())

describe('kubetape completion', () => {
  test.each([
    [['kubetape', 'wh'], ['why']],
    [['kubetape', 'get', 'cronj'], ['cronjobs']],
    [['kubetape', 'why', 'jo'], ['jobs']],
    [
      ['kubetape', 'get', 'pods', '-o', ''],
      ['json', 'yaml', 'wide', 'name'],
    ],
    [['kubetape', 'replay', '--contr'], ['--controller']],
    [
      ['kubetape', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['kubetape', 'help', 'rep'], ['replay']],
  ])('makes bash complete %j', async (words, replies) => {
    const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _kubetape; printf '%s\\n' "\${COMPREPLY[@]}"`
    const out = execFileSync('bash', ['--norc', '-c', `${await script('bash')}\n${ask}`], { encoding: 'utf8' })
    expect(out.trim().split('\n')).toEqual(replies)
  })

  test.each(['bash', 'zsh', 'fish'])('names every verb for %s', async (shell) => {
    const text = await script(shell)
    for (const verb of verbs) expect(text).toMatch(new RegExp(`\\b${verb}\\b`))
  })

  test('describes flags and kinds for zsh and fish', async () => {
    expect(await script('zsh')).toMatch(/get\) _arguments -S .*'--output\[[^\]]*\]:value:\(json yaml wide name\)'.*'1:what:\([^)]*\bpods\b/)
    expect(await script('fish')).toContain("complete -c kubetape -n '__fish_seen_subcommand_from why' -l namespace -s n -d 'namespace' -x")
  })

  test('refuses other shells', async () => {
    expect(await run(['completion', 'cmd'], new MemoryOutput())).toBe(2)
  })
})
