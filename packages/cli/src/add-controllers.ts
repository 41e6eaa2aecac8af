import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Controller, Webhook } from '@kubetape/runtime'
import type { Command } from 'commander'
import { CommandFailed } from './output.ts'
import { syntaxPlace } from './syntax-place.ts'

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
    const controllers = (await partsOf('add', file)).filter(isController)
    if (controllers.length === 0)
      throw new CommandFailed(`Cannot add "${file}": it exports no controller, such as controllerFor(Kind).reconcile(…) makes one`, 2)
    for (const one of controllers) found.set(one.name, one)
  }
  return [...found.values()]
}

/** The controllers and webhooks that one module exports, each once. Throws a CommandFailed when there are none. */
export async function loadProgram(file: string): Promise<(Controller | Webhook)[]> {
  const parts = [...new Set(await partsOf('run', file))]
  if (parts.length > 0) return parts
  throw new CommandFailed(
    `Cannot run "${file}": it exports no controller or webhook, such as controllerFor(Kind).reconcile(…) makes one`,
    2,
  )
}

async function partsOf(verb: string, file: string): Promise<(Controller | Webhook)[]> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
    const direct = Object.values(module).flatMap(asParts)
    // A factory beside a ready controller most likely made it.
    return direct.length > 0 ? direct : Object.values(module).flatMap(made)
  } catch (error) {
    throw new CommandFailed(`Cannot ${verb} "${file}": ${reasonOf(error, file)}`, 2, { cause: error })
  }
}

/** A file that is not there is said to be missing, not that a module could not be found by whoever imports it. */
function reasonOf(error: unknown, file: string): string {
  if (!existsSync(file)) return 'there is no such file'
  if (!(error instanceof Error)) return String(error)
  const place = syntaxPlace(error, file)
  return place === undefined ? error.message : `${place}: ${error.message}`
}

function made(value: unknown): (Controller | Webhook)[] {
  return typeof value === 'function' && value.length === 0 && !isClass(value) ? asParts((value as () => unknown)()) : []
}

const isClass = (value: object): boolean => Function.prototype.toString.call(value).startsWith('class')

const isPart = (value: unknown): value is Controller | Webhook => isController(value) || isWebhook(value)

function asParts(value: unknown): (Controller | Webhook)[] {
  return Array.isArray(value) ? value.filter(isPart) : isPart(value) ? [value] : []
}

function isController(value: unknown): value is Controller {
  if (typeof value !== 'object' || value === null) return false
  const { name, kind, watches, reconcile } = value as Partial<Controller>
  return typeof name === 'string' && typeof kind === 'object' && Array.isArray(watches) && typeof reconcile === 'function'
}

function isWebhook(value: unknown): value is Webhook {
  if (typeof value !== 'object' || value === null) return false
  const { type } = value as { type?: unknown }
  return type === 'mutating' || type === 'validating' || type === 'conversion'
}
