import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** A cast says "I know better": allowed where values from outside become typed (guards), where names are minted (ids.ts), and as `as const`. */
const castRule = {
  selector: 'TSAsExpression:not([typeAnnotation.typeName.name="const"])',
  message: 'No cast: narrow with a guard. Where it cannot be helped: // eslint-disable-next-line no-restricted-syntax -- why it is true'
}
const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is the same everywhere.' }

/** What test/unit/architecture.test.ts checks in full, said early in the editor. Types included. */
const forbid = (...names) => ({ 'no-restricted-imports': ['error', { paths: names, patterns: names.includes('node:*') ? [{ regex: '^node:' }] : [] }] })

export default tseslint.config(
  { ignores: ['dist/', '.vscode-test/', 'node_modules/', 'coverage/', 'examples/', '**/fixtures/', 'test/extension/*/workspace/'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { require: 'readonly', module: 'readonly', exports: 'writable', __dirname: 'readonly', __filename: 'readonly', globalThis: 'readonly', structuredClone: 'readonly', setImmediate: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', queueMicrotask: 'readonly', process: 'readonly', console: 'readonly', URL: 'readonly', URLSearchParams: 'readonly', fetch: 'readonly', AbortSignal: 'readonly', performance: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', Element: 'readonly', Buffer: 'readonly' } }
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['describe', 'it'], package: 'mocha' }] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-array-delete': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      // The rules about values of type `any` are left out on purpose: `Reflect` and the global of a module answer `any`, and loading modules is what this program does.
      'no-restricted-syntax': ['error', castRule, noDefaultExport],
      eqeqeq: ['error', 'always'],
      semi: ['error', 'never', { beforeStatementContinuationChars: 'always' }],
      'no-constant-condition': ['error', { checkLoops: false }]
    }
  },
  { files: ['src/protocol/ids.ts', '**/guards*.ts'], rules: { 'no-restricted-syntax': ['error', noDefaultExport] } },
  // Tests build deliberately wrong values; the types of what they test stay strict.
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', noDefaultExport], '@typescript-eslint/only-throw-error': 'off' } },
  { files: ['src/base/**/*.ts', 'src/protocol/**/*.ts'], rules: forbid('vscode', 'esbuild', 'node:*') },
  { files: ['src/runtime/**/*.ts'], rules: forbid('vscode', 'esbuild') },
  { files: ['src/compile/**/*.ts', 'src/control/**/*.ts', 'src/cli/**/*.ts'], rules: forbid('vscode') },
  { files: ['src/host/**/*.ts'], rules: forbid('vscode', 'esbuild', 'acorn') },
  { files: ['src/views/**/rows.ts'], rules: forbid('vscode', 'esbuild') }
)
