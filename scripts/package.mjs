#!/usr/bin/env node
/** npm run package [-- file.vsix]: builds and writes the VSIX of this platform (it contains esbuild's binary, so there is one per platform). */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureDependencies } from './lib/dependencies.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/processes.mjs'

await ensureDependencies()
if ((await run(process.execPath, ['esbuild.mjs'], { cwd: root })) !== 0) process.exit(1)
const { createVSIX } = await import('@vscode/vsce')
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const target = `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`
const packagePath = resolve(root, process.argv[2] ?? `${name}-${target}-${version}.vsix`)
// The manifest names no repository yet that the README's links and pictures could be looked up in: they stay as they are.
await createVSIX({ cwd: root, packagePath, target, allowMissingRepository: true, rewriteRelativeLinks: false, skipLicense: false })
console.log(packagePath)
