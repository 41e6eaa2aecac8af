import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The minors of kubectl that Kubetape promises to work with. */
export const KUBECTL_MINORS = ['1.27', '1.28', '1.29', '1.30', '1.31', '1.32', '1.33']

/** A command that takes longer is ended. */
const LIMIT_MS = 40_000

/** The first `kubectl.MINOR` in KUBECTL_DIR, on PATH or in a folder `bin` under /usr/lib; undefined when there is none. */
export function findKubectl(minor) {
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'bin')) : []
  const folders = [process.env.KUBECTL_DIR ?? '', ...(process.env.PATH ?? '').split(delimiter), ...libraries]
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, `kubectl.${minor}`))
    .find((file) => existsSync(file))
}

/** The environment of a shell script that calls `kubectl`, of this minor, on the server of a kubeconfig; undefined when there is no such kubectl. */
export function kubectlEnvironment(minor, folder, kubeconfig) {
  const binary = findKubectl(minor)
  if (binary === undefined) return undefined
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  if (!existsSync(join(bin, 'kubectl'))) symlinkSync(binary, join(bin, 'kubectl'))
  return { KUBECONFIG: kubeconfig, HOME: folder, PATH: `${bin}${delimiter}${process.env.PATH}` }
}

/** One kubectl with a namespace, a home and a working folder of its own. */
export class Kubectl {
  namespace
  #command
  #folder
  #kubeconfig

  constructor(binary, folder, kubeconfig) {
    this.namespace = `with-${folder.split('.').at(-1)}`
    this.#folder = folder
    this.#kubeconfig = kubeconfig
    mkdirSync(folder, { recursive: true })
    // kubectl calls itself by the name that it was started under.
    this.#command = join(folder, 'kubectl')
    if (binary !== undefined) symlinkSync(binary, this.#command)
  }

  write(file, text) {
    writeFileSync(join(this.#folder, file), text)
  }

  /** Starts a command; `prints` waits until its output matches, `stop` interrupts it. The first argument may be more environment. */
  start(...args) {
    const more = typeof args[0] === 'object' ? args.shift() : {}
    const child = spawn(this.#command, ['-n', this.namespace, ...args], {
      cwd: this.#folder,
      env: { PATH: process.env.PATH, HOME: this.#folder, KUBECONFIG: this.#kubeconfig(), LANG: 'C', ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    const listeners = new Set()
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        output[stream] += text
        for (const listener of listeners) listener()
      })
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    const done = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        resolve({ code: signal ?? code, ...output })
        for (const listener of listeners) listener()
      })
    })
    return {
      done,
      prints: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(output.stdout)
            if (match !== null) resolve(match)
            else if (child.exitCode !== null || child.signalCode !== null)
              reject(new Error(`${args.join(' ')}: ended without ${pattern}: ${output.stdout}${output.stderr}`))
          }
          listeners.add(look)
          look()
        }),
      stop: () => {
        child.kill('SIGINT')
        return done
      },
    }
  }

  /** Runs a command to its end. */
  run(...args) {
    return this.start(...args).done
  }

  /** Runs a command that must succeed; answers what it printed. */
  async ok(...args) {
    const { code, stdout, stderr } = await this.run(...args)
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`)
    return stdout
  }
}
