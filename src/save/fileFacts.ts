/** What the file system says about one path right now. A path that cannot be looked at has no facts: nothing here throws. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const longestChainOfLinks = 40

const facts = <T>(look: () => T): T | undefined => {
  try {
    return look()
  } catch {
    return undefined // gone, forbidden or a loop of links: all mean that there is nothing to see
  }
}

export const hasContent = (path: string): boolean => (facts(() => statSync(path))?.size ?? 0) > 0
export const exists = (path: string): boolean => facts(() => statSync(path)) !== undefined
/** When it came to hold what it holds (a rename keeps the time of the last write): milliseconds since the epoch, 0 when unknown. */
export function writtenAt(path: string): number {
  const found = facts(() => statSync(path))
  return found === undefined ? 0 : Math.max(found.mtimeMs, found.ctimeMs)
}
export const isLink = (path: string): boolean => facts(() => lstatSync(path))?.isSymbolicLink() === true

/**
 * The files a link leads through, one per hop, then where it really ends (folders on the way may be links too).
 * Empty when the path is no link or leads to a folder.
 */
export function linkRoute(link: string): string[] {
  const route: string[] = []
  for (let at = link; isLink(at) && route.length < longestChainOfLinks; route.push(at)) at = resolve(dirname(at), readlinkSync(at))
  const end = facts(() => realpathSync(link))
  if (route.length > 0 && end !== undefined) route.push(end)
  return facts(() => statSync(link))?.isDirectory() === true ? [] : route
}
