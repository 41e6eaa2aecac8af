import { readFileSync } from 'node:fs'
import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

const readJson = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
/** Package → row of the table in docs/ARCHITECTURE.md, and the table's "must not" column. */
const layers = readJson('./tools/layers.json')
const mustNotImport = readJson('./tools/must-not-import.json')

/** A package imports only from rows above its own, and never what the table forbids it. */
const constraints = Object.entries(layers).map(([name, row]) => ({
  sourceTag: `layer:${name}`,
  onlyDependOnLibsWithTags: Object.entries(layers)
    .filter(([other, otherRow]) => otherRow < row && !(mustNotImport.packages[name] ?? []).includes(other))
    .map(([other]) => `layer:${other}`),
  // This holds for tests too, which need their runner, so "nothing at all" is left to the tidy test.
  bannedExternalImports: (mustNotImport.modules[name] ?? []).filter((module) => module !== '*'),
}))

const CLOCK = 'Read time, timers and randomness through @kubetape/determinism'
const NODE_ONLY_TOP = [{ name: 'console', message: 'Log through pino (component-base); the CLI writes through its own output port' }]

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/generated', '**/*.cjs', '**/*.mjs', '**/node_modules', 'eslint.config.js', '.nx', 'mine'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: constraints, banTransitiveDependencies: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'max-lines': ['warn', { max: 250 }],
      'max-lines-per-function': ['warn', { max: 70 }],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval'].map((name) => ({ name, message: CLOCK })),
        ...NODE_ONLY_TOP,
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: CLOCK },
        { object: 'Math', property: 'random', message: CLOCK },
        { object: 'performance', property: 'now', message: CLOCK },
        { object: 'crypto', property: 'randomUUID', message: CLOCK },
        { object: 'process', property: 'hrtime', message: CLOCK },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
        { selector: "TSEnumDeclaration, TSModuleDeclaration[kind='namespace'], TSParameterProperty", message: 'Only erasable TypeScript' },
      ],
    },
  },
  { files: ['packages/determinism/src/**/*.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'max-lines-per-function': 'off',
    },
  },
)
