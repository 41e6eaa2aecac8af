import { join } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '../../../..')
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  declaration: true,
  isolatedDeclarations: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  customConditions: ['@kubetape/source'],
  types: [],
}

/** What the compiler says of modules by name, which may import each other and this workspace's packages; empty when all is well. */
export function compiled(modules: Readonly<Record<string, string>>): string[] {
  const host = ts.createCompilerHost(OPTIONS)
  const folder = join(ROOT, 'packages/crd-types/src')
  const texts = new Map(Object.entries(modules).map(([name, text]) => [join(folder, name), text]))
  host.fileExists = (path) => texts.has(path) || ts.sys.fileExists(path)
  host.readFile = (path) => texts.get(path) ?? ts.sys.readFile(path)
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path)
    return text === undefined ? undefined : ts.createSourceFile(path, text, target)
  }
  const program = ts.createProgram([...texts.keys()], OPTIONS, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line =
      file === undefined ? '' : `${file.fileName.slice(folder.length + 1)}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} `
    return line + ts.flattenDiagnosticMessageText(messageText, '\n')
  })
}
