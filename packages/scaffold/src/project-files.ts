import type { ProjectNames } from './project-names.ts'

/** Versions of what a project is checked with. */
const TYPESCRIPT = '7.0.2'
const NODE_TYPES = '24.19.2'

export function manifestFile({ name, singular }: ProjectNames, version: string): string {
  const ours = (names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((one) => [`@kubetape/${one}`, version]))
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24.12' },
    scripts: {
      start: 'kubetape run controller.ts --embedded --apply crd.yaml --apply sample.yaml',
      test: 'tsc && node --test',
      types: `kubetape types crd.yaml -o ${singular}.ts`,
    },
    dependencies: ours(['api', 'apimachinery', 'cli', 'runtime']),
    devDependencies: { ...ours(['testing']), '@types/node': NODE_TYPES, typescript: TYPESCRIPT },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Node runs the sources as they are; the compiler only checks them. */
export function tsconfigFile(): string {
  const compilerOptions = {
    target: 'esnext',
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
  }
  return `${JSON.stringify({ compilerOptions, include: ['*.ts'] }, null, 2)}\n`
}

export const gitignoreFile = (): string => `node_modules/
kubetape-data/
*.tape
*.tape-*
*.tape.*
`

export const readmeFile = ({ name, kind, group, plural, singular }: ProjectNames): string => `# ${name}

A controller for ${kind} (\`${plural}.${group}\`), written with Kubetape. It needs Node 24.12 or later.

\`\`\`sh
npm install
npm start     # a control plane of its own with crd.yaml and sample.yaml, and the controller, until Ctrl-C
npm test      # types, and the controller's whole life in memory
\`\`\`

In another terminal, what happened and why:

\`\`\`sh
npx kubetape get ${plural}
npx kubetape why ${singular}/sample
npx kubetape why configmap/${singular}-sample
npx kubetape replay --add ./controller.ts     # would today's code decide the same?
\`\`\`

Or with kubectl: \`export KUBECONFIG=$PWD/kubetape-data/kubeconfig\`.

| file                                  | what it is                                                   |
| ------------------------------------- | ------------------------------------------------------------ |
| \`controller.ts\`                       | the controller: change it                                    |
| \`controller.test.ts\`                  | its test                                                     |
| \`crd.yaml\`, \`${singular}.ts\`            | the definition, and types made of it by \`npm run types\`      |
| \`rbac.yaml\`                           | exactly the verbs that it needs: change them with the code   |
| \`Dockerfile\`, \`deployment.yaml\`       | an image without root, two replicas of which one acts        |

On a cluster, \`kubectl apply -f crd.yaml -f rbac.yaml\`, then from here, recorded on a tape:

\`\`\`sh
npx kubetape run controller.ts --tape ${name}.tape
npx kubetape replay --tape ${name}.tape --add ./controller.ts
\`\`\`

A tape that is worth keeping is a test: \`expectSameDecisions('${name}.tape', controller)\` of \`@kubetape/testing\`.
`
