/**
 * The page that shows the workbench, for tests inside the extension host: clicking a message's button, looking at a row.
 * There is one only in the browser workbench; `hasPage` is false in a desktop VS Code, where such a test skips itself (`this.skip()`).
 */
const address = process.env['CODESWITCH_TEST_PAGE']

export const hasPage = address !== undefined

async function ask(action: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  if (address === undefined) throw new Error(`${action}: no page, this is a desktop VS Code`)
  const response = await fetch(address, { method: 'POST', body: JSON.stringify({ action, ...parameters }) })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${action} ${JSON.stringify(parameters)}: ${String(answer)}`)
  return answer
}

/** Selectors are Playwright's: CSS, `text=…`, `role=button[name="Load and kill 1"]`. Actions on elements wait up to 10 s for them. */
export const page = {
  click: async (selector: string): Promise<void> => void (await ask('click', { selector })),
  rightClick: async (selector: string): Promise<void> => void (await ask('click', { selector, button: 'right' })),
  /** A key or chord as Playwright names it: `Enter`, `Control+S`. */
  press: async (keys: string): Promise<void> => void (await ask('press', { keys })),
  type: async (text: string): Promise<void> => void (await ask('type', { text })),
  waitFor: async (selector: string): Promise<void> => void (await ask('waitFor', { selector })),
  waitForGone: async (selector: string): Promise<void> => void (await ask('waitFor', { selector, state: 'hidden' })),
  /** The visible text of each match, in page order; empty when nothing matches. */
  async texts(selector: string): Promise<readonly string[]> {
    const answer = await ask('texts', { selector })
    return Array.isArray(answer) ? answer.map(String) : []
  },
  /** Writes `.vscode-test/screenshots/<name>.png` and returns its path. */
  screenshot: async (name: string): Promise<string> => String(await ask('screenshot', { name }))
}
