/** Decides which VS Code the tests run in, once per process. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { downloadAndUnzipVSCode } from '@vscode/test-electron'
import { provideChromium } from '../../scripts/lib/chromium.mjs'
import { hasDisplay } from '../../scripts/lib/desktop.mjs'
import { cacheFolder } from '../../scripts/lib/paths.mjs'
import { provideVsCodeServer } from '../../scripts/lib/vscodeServer.mjs'

const updateServer = 'https://update.code.visualstudio.com/api/releases/stable'

let provided

/**
 * Desktop where a display is at hand and Microsoft's server answers, else the browser workbench. `CODESWITCH_TEST_VSCODE` (`desktop`,
 * `web`, or a version such as `1.105.0`) decides instead.
 * @returns {Promise<{ kind: 'desktop' | 'web', executable: string }>}
 */
export function provideVsCode() {
  provided ??= choose(process.env.CODESWITCH_TEST_VSCODE ?? '')
  return provided
}

async function choose(wish) {
  if (wish === 'web') return web()
  if (wish !== '') return desktop(wish === 'desktop' ? 'stable' : wish)
  if (!hasDisplay() || !(await answers(updateServer))) return web()
  return desktop('stable').catch((error) => {
    console.log(`no desktop VS Code (${error.message}); using the browser workbench`)
    return web()
  })
}

const answers = (url) => fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5000) }).then((response) => response.ok, () => false)

const desktop = async (version) => ({ kind: 'desktop', executable: await downloadAndUnzipVSCode({ version, cachePath: join(cacheFolder(), 'desktop') }) })

/** Fetches what is needed now, so that no test's time is spent on it. */
async function web() {
  await provideVsCodeServer()
  await provideChromium()
  const executable = fileURLToPath(new URL('vscode.mjs', import.meta.url))
  // A checkout from an archive may have lost the mode bit.
  chmodSync(executable, 0o755)
  return { kind: 'web', executable }
}
