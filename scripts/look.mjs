#!/usr/bin/env node
/**
 * Looks at the extension as a person sees it, in a headless browser.
 *   node scripts/look.mjs <workspace> [--theme light|dark|hc] [--out file.png] [--size 1280x800] [--untrusted] [script.mjs]
 * Opens the workspace (a copy of it with --copy), clicks the Codeswitch icon if there is one and takes a screenshot.
 * `script.mjs` may export `default async ({ page, workspace, shot, command }) => …` to click further: `page` is Playwright's,
 * `shot('name.png')` takes a picture beside the first, `command('Codeswitch: Start')` runs a command by its palette title.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureDependencies } from './lib/dependencies.mjs'
import { local, root } from './lib/paths.mjs'
import { mustExist, openPage, startServer, themeNames, whenDrawn } from './lib/workbench.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    theme: { type: 'string', default: 'dark' },
    out: { type: 'string', default: join(local, 'look.png') },
    size: { type: 'string', default: '1280x800' },
    untrusted: { type: 'boolean', default: false },
    extension: { type: 'string', default: root },
    copy: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false }
  }
})
const [folder, script] = positionals
if (folder === undefined || !themeNames.includes(values.theme)) {
  console.error('usage: node scripts/look.mjs <workspace> [--theme light|dark|hc] [--out file.png] [--size WxH] [--untrusted] [--copy] [script.mjs]')
  process.exit(2)
}

/** A script that changes files works on a copy when asked to. */
function workspaceFor(path) {
  const original = realpathSync(mustExist(resolve(path)))
  if (!values.copy) return original
  const copy = join(realpathSync(mkdtempSync(join(tmpdir(), 'codeswitch-look-'))), basename(original))
  cpSync(original, copy, { recursive: true })
  process.on('exit', () => rmSync(dirname(copy), { recursive: true, force: true }))
  return copy
}

async function runCommand(page, title) {
  await page.keyboard.press('F1')
  const input = page.locator('.quick-input-widget input.input')
  await input.fill(`>${title}`)
  // The list is filtered a moment later, and may offer something alike when the command is not enabled.
  await page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first().click({ timeout: 5000 })
}

await ensureDependencies()
const workspace = workspaceFor(folder)
const [width, height] = values.size.split('x').map(Number)
const server = await startServer({ trust: !values.untrusted, verbose: values.verbose })
const { page, close } = await openPage(server, { workspace, extension: resolve(values.extension) }, { theme: values.theme, width, height })
if (values.verbose) page.on('console', (message) => console.error(message.text()))
const out = resolve(values.out)
const shot = async (name) => {
  const file = join(dirname(out), name)
  await page.screenshot({ path: file })
  console.log(file)
}
try {
  await whenDrawn(page)
  const icon = page.locator('.activitybar a[aria-label^="Codeswitch"]').first()
  const shown = await icon.waitFor({ timeout: 10_000 }).then(() => true, () => false)
  if (shown) {
    await icon.click()
    // A pointer left on the icon shows its tooltip in the picture.
    await page.mouse.move(width / 2, height / 2)
  }
  else console.log('(no Codeswitch icon in the activity bar)')
  if (script !== undefined) {
    const { default: act } = await import(pathToFileURL(resolve(script)).href)
    await act({ page, workspace, shot, command: (title) => runCommand(page, title) })
  }
  // Fonts and icons arrive after the first paint; two frames without pending requests is what a person calls loaded.
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await shot(basename(out))
} finally {
  await close()
  server.end()
}
process.exit(0)
