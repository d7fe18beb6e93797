import assert from 'node:assert/strict'
import Module from 'node:module'
import path from 'node:path'
import * as vscode from 'vscode'
import type { CodeswitchApi } from '../../../src/views/api'

const extension = (): vscode.Extension<CodeswitchApi> => {
  const found = vscode.extensions.getExtension<CodeswitchApi>('codeswitch.codeswitch')
  assert.ok(found)
  return found
}

interface Contributes { readonly commands: readonly { readonly command: string; readonly category: string }[]; readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>; readonly keybindings: readonly { readonly command: string; readonly when?: string }[] }
const contributes = (): Contributes => {
  const manifest: { readonly contributes: Contributes } = extension().packageJSON
  return manifest.contributes
}

describe('the extension before anything runs', () => {
  it('activates with compiler and runtime untouched', async () => {
    await extension().activate()
    const cache: unknown = Reflect.get(Module, '_cache')
    const loaded = Object.keys(Object(cache)).map((file) => path.relative(extension().extensionPath, file).replaceAll('\\', '/'))
    assert.deepEqual(loaded.filter((file) => file.startsWith('dist/')), ['dist/extension.js'])
    assert.deepEqual(loaded.filter((file) => file.includes('node_modules/esbuild/')), [])
  })

  it('registers every command of the manifest, in the category Codeswitch', async () => {
    const registered = new Set(await vscode.commands.getCommands(true))
    assert.deepEqual(contributes().commands.filter(({ command }) => !registered.has(command)), [])
    assert.deepEqual(contributes().commands.filter(({ category }) => category !== 'Codeswitch'), [])
  })

  it('has in its menus and keys only commands of the manifest', () => {
    const known = new Set(contributes().commands.map(({ command }) => command))
    const used = [...Object.values(contributes().menus).flat(), ...contributes().keybindings]
    assert.deepEqual(used.filter(({ command }) => !known.has(command)), [])
  })

  it('guards every key', () => assert.deepEqual(contributes().keybindings.filter(({ when }) => when === undefined), []))

  it('answers every command with JSON, also while nothing runs', async () => {
    for (const { command } of contributes().commands) {
      if (['codeswitch.start', 'codeswitch.restart'].includes(command)) continue
      const result: unknown = await vscode.commands.executeCommand(command, { module: 'nosuch', text: '1', confirm: false })
      assert.ok(typeof result === 'object' && result !== null && 'ok' in result, `${command}: ${JSON.stringify(result)}`)
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
      assert.notEqual('error' in result && result.error, 'bug', `${command}: ${JSON.stringify(result)}`)
    }
  })

  it('says that the runtime is down instead of failing', async () => {
    assert.deepEqual(await vscode.commands.executeCommand('codeswitch.purge', 't'), { ok: false, error: 'host_down', message: 'purge: the runtime host is down (stopped)' })
    const answer = await extension().exports.load(['t'])
    assert.ok('error' in answer && answer.error === 'host_down')
  })

  it('offers an API of version 1 with a snapshot that is plain JSON', () => {
    const api = extension().exports
    assert.equal(api.version, 1)
    assert.deepEqual(JSON.parse(JSON.stringify(api.snapshot())), api.snapshot())
    assert.equal(api.snapshot().runtime.state, 'stopped')
  })
})
