/** The examples are programs that people copy: their types are sound, and what they ask for is what the tests ran. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.resolve(__dirname, '../..')
const examples = path.join(root, 'examples')
const json = (file: string): { readonly dependencies?: Readonly<Record<string, string>>; readonly devDependencies?: Readonly<Record<string, string>> } => JSON.parse(readFileSync(file, 'utf8'))

describe('the examples', () => {
  const ours = { ...json(path.join(root, 'package.json')).dependencies, ...json(path.join(root, 'package.json')).devDependencies }
  for (const name of readdirSync(examples)) {
    const manifest = path.join(examples, name, 'package.json')
    if (!existsSync(manifest)) continue
    it(`${name} asks for the versions that its test ran with`, () => {
      for (const [dependency, version] of Object.entries(json(manifest).dependencies ?? {})) assert.equal(version, ours[dependency], dependency)
    })
    const config = path.join(examples, name, 'tsconfig.json')
    if (!existsSync(config)) continue
    it(`${name} has sound types`, function () {
      this.timeout(60_000)
      const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, (file) => ts.sys.readFile(file)).config, ts.sys, path.dirname(config))
      const found = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options)).map(({ file, start, messageText }) => `${file?.fileName}:${start}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
      assert.deepEqual(found, [])
    })
  }
})
