/** Lets tests inside the extension host drive the page that shows them: what a person does and no VS Code API can. The other end is `page.ts`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { local } from '../../scripts/lib/paths.mjs'

/** What may be asked of the page; each answers JSON. */
const actions = {
  screenshot: async (page, { name }) => {
    const folder = join(local, 'screenshots')
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${name}.png`)
    await page.screenshot({ path })
    return path
  },
  click: (page, { selector, button = 'left' }) => page.locator(selector).first().click({ button, timeout: 10_000 }),
  press: (page, { keys }) => page.keyboard.press(keys),
  type: (page, { text }) => page.keyboard.type(text),
  texts: async (page, { selector }) => page.locator(selector).allInnerTexts(),
  waitFor: (page, { selector, state = 'visible' }) => page.locator(selector).first().waitFor({ state, timeout: 10_000 })
}

/** @returns a request listener that performs `{ action, … }` on the page of the moment */
export const servePage = (currentPage) => async (request, response) => {
  const answer = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null))
  try {
    let body = ''
    for await (const chunk of request) body += chunk
    const asked = JSON.parse(body)
    const page = currentPage()
    if (page === undefined || !Object.hasOwn(actions, asked.action)) throw new Error(`cannot ${asked.action}`)
    answer(200, await actions[asked.action](page, asked))
  } catch (error) {
    answer(500, error.message)
  }
}
