import { AUTHORIZATION_MODES, authorizersOfModes } from '@kubetape/apiserver'
import type { ControlPlaneOptions } from '@kubetape/control-plane'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'

/** Flags about what clients may do and what happens to their requests, named as kube-apiserver names them. */
export interface AccessFlags {
  authorizationMode?: string[]
  enableAdmissionPlugins?: string[]
  disableAdmissionPlugins?: string[]
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addAccessFlags(command: Command): Command {
  return command
    .option('--authorization-mode <list>', `who decides, in this order: ${AUTHORIZATION_MODES.join(', ')} (default: Node,RBAC)`, collect)
    .option('--enable-admission-plugins <list>', 'admission plugins beside the default ones (repeatable)', collect)
    .option('--disable-admission-plugins <list>', 'default admission plugins not to run (repeatable)', collect)
}

/** What these flags say, as options. Throws a CommandFailed that names the flag. */
export function accessOptions(flags: AccessFlags): Pick<ControlPlaneOptions, 'authorization' | 'admission'> {
  const [modes, enable, disable] = [flags.authorizationMode, flags.enableAdmissionPlugins, flags.disableAdmissionPlugins].map(words)
  return {
    ...(modes === undefined ? {} : { authorization: { authorizers: authorizersOf(modes) } }),
    ...(enable === undefined && disable === undefined ? {} : { admission: { enable: enable ?? [], disable: disable ?? [] } }),
  }
}

function authorizersOf(modes: readonly string[]): ReturnType<typeof authorizersOfModes> {
  try {
    return authorizersOfModes(modes)
  } catch (error) {
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}

const words = (lists: readonly string[] | undefined): string[] | undefined => lists?.flatMap((list) => list.split(',')).filter(Boolean)
