/**
 * What programs and packages see of the stack when they ask for its frames (`Error.prepareStackTrace`): who called, by file, as in
 * plain Node. The text of a module is evaluated, and of evaluated text V8 knows no file.
 */
import { isFunction, trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'

type Sites = readonly NodeJS.CallSite[]
/** What is said of a frame instead of what V8 says. */
export type Said = Readonly<Partial<Record<keyof NodeJS.CallSite | 'getScriptNameOrSourceURL' | 'toString', unknown>>>

export interface Frames {
  /** The text of a stack, when the program has no say. */
  text(error: unknown, sites: Sites): string
  /** Without the runtime's own frames. */
  shown(sites: Sites): Sites
  /** Undefined: it is no frame of a module. */
  said(site: NodeJS.CallSite): Said | undefined
}

/** For the runtime itself: the frames as V8 has them. */
export const rawSites = (_: unknown, sites: Sites): Sites => sites

const PREPARE = 'prepareStackTrace'

/** A program that sets its own function wins, as it would over Node's, and gets frames that tell their files. */
export function takeOverPrepare({ text, shown, said }: Frames): void {
  let given: AnyFunction | undefined
  const seen = new WeakSet<object>()
  const faces = new WeakMap<AnyFunction, AnyFunction>()
  const behind = new WeakMap<AnyFunction, AnyFunction>()
  const ownText = (error: unknown, sites: Sites): string => text(error, sites)

  const siteFor = (site: NodeJS.CallSite): NodeJS.CallSite => {
    const known = seen.has(site) ? undefined : said(site)
    if (known === undefined) return site
    const face = new Proxy(site, {
      get(target, key) {
        if (Object.hasOwn(known, key)) return () => Reflect.get(known, key)
        const value: unknown = Reflect.get(target, key) // V8 looks whose method it is
        return isFunction(value) ? (...args: readonly unknown[]) => Reflect.apply(value, target, args) : value
      },
    })
    seen.add(face)
    return face
  }

  const faceOf = (fn: AnyFunction): AnyFunction => {
    const face = faces.get(fn) ?? ((...[error, sites]) => Reflect.apply(fn, Error, [error, shown(trusted(sites, 'V8 and whoever passes them on gives call sites')).map(siteFor)]))
    faces.set(fn, face)
    behind.set(face, fn)
    return face
  }

  Object.defineProperty(Error, PREPARE, {
    configurable: true, enumerable: true,
    get: () => (given === undefined ? ownText : given === rawSites ? given : faceOf(given)),
    set(value: unknown) {
      given = isFunction(value) && value !== ownText ? (behind.get(value) ?? value) : undefined
    },
  })
}
