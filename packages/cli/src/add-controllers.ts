import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Controller } from '@kubetape/runtime'
import type { Command } from 'commander'
import { CommandFailed } from './output.ts'

/** Adds the repeatable `--add` to a command. */
export function addAddOption(command: Command): Command {
  return command.option(
    '--add <file>',
    'module whose exports are controllers of your own, or functions that return them (repeatable)',
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
}

/** Imports modules (`.ts` too) and takes every Controller that they export: as a value, in a list, or made by a function without parameters. */
export async function loadControllers(files: readonly string[] = []): Promise<Controller[]> {
  const found = new Map<string, Controller>()
  for (const file of files) {
    const controllers = await controllersOf(file)
    if (controllers.length === 0)
      throw new CommandFailed(`Cannot add "${file}": it exports no controller, such as controllerFor(Kind).reconcile(…) makes one`, 2)
    for (const one of controllers) found.set(one.name, one)
  }
  return [...found.values()]
}

async function controllersOf(file: string): Promise<Controller[]> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
    const direct = Object.values(module).flatMap(asControllers)
    // A factory beside a ready controller most likely made it.
    return direct.length > 0 ? direct : Object.values(module).flatMap(made)
  } catch (error) {
    throw new CommandFailed(`Cannot add "${file}": ${error instanceof Error ? error.message : String(error)}`, 2, { cause: error })
  }
}

function made(value: unknown): Controller[] {
  return typeof value === 'function' && value.length === 0 && !isClass(value) ? asControllers((value as () => unknown)()) : []
}

const isClass = (value: object): boolean => Function.prototype.toString.call(value).startsWith('class')

function asControllers(value: unknown): Controller[] {
  return Array.isArray(value) ? value.filter(isController) : isController(value) ? [value] : []
}

function isController(value: unknown): value is Controller {
  if (typeof value !== 'object' || value === null) return false
  const { name, kind, watches, reconcile } = value as Partial<Controller>
  return typeof name === 'string' && typeof kind === 'object' && Array.isArray(watches) && typeof reconcile === 'function'
}
