/** Where in the program something was made. Taking it is cheap; it is read when somebody needs to know. */
import path from 'node:path'
import { rawSites } from '../node/callSites'
import type { ModuleName, Version } from '../../protocol/ids'

/** A line of a module's source. */
export interface Place {
  readonly module: ModuleName
  readonly file: string
  readonly line: number
  readonly version: Version
  /** As V8 calls it; empty when it has no name. */
  readonly function: string
  /** In the text that was rewritten, as `Rewritten.points` are. */
  readonly at: { readonly line: number; readonly column: number }
}

/** Finds the places in modules of the workspace. */
export interface Places {
  places(sites: readonly NodeJS.CallSite[]): readonly Place[]
}

/** Enough to leave Node's own functions and a package behind. */
const DEPTH = 20

interface Known {
  readonly places: readonly Place[]
  readonly ours: boolean
}

export class Origin {
  private stack: { readonly stack?: unknown } | undefined
  private known: Known | undefined

  /** The stack above `callee`, unread. */
  constructor(private readonly places: Places, callee: (...args: never[]) => unknown) {
    this.stack = stackAbove(callee)
  }

  /** The same, read at once: an unread stack holds on to the code that was on it, and what was opened may outlive that. */
  static read(places: Places, callee: (...args: never[]) => unknown): Origin {
    const origin = new Origin(places, callee)
    origin.read()
    return origin
  }

  /** Whether a module called, not a package. */
  get ours(): boolean {
    return this.read().ours
  }

  /** The same, or a package's method of one of these names passes on what a module gave it. To be asked before anything else. */
  oursThrough(methods: ReadonlySet<string>): boolean {
    return this.read(methods).ours
  }

  /** ` poller.ts:12`, to be put after a name; empty when no module is on the stack. */
  get text(): string {
    const place = this.read().places[0]
    return place === undefined ? '' : ` ${path.basename(place.file)}:${place.line}`
  }

  /** Everybody who led there, innermost first. */
  get all(): readonly Place[] {
    return this.read().places
  }

  private read(methods?: ReadonlySet<string>): Known {
    if (this.known !== undefined) return this.known
    const all = sitesOf(this.stack)
    const sites = all.filter((site) => !isNodes(site))
    this.stack = undefined // it holds on to every function that was on it
    const first = methods === undefined ? 0 : sites.findIndex((site) => !methods.has(site.getMethodName() ?? '') || this.places.places([site]).length > 0)
    this.known = { places: this.places.places(sites), ours: all[0]?.getFileName() !== SHARED && first >= 0 && this.places.places(sites.slice(first, first + 1)).length > 0 }
    return this.known
  }
}

/** The places in a package that called `callee`, down to the module that called the package; undefined: no package did. */
export function calledFrom(places: Places, callee: (...args: never[]) => unknown): string | undefined {
  const sites = sitesOf(stackAbove(callee))
  const module = sites.findIndex((site) => places.places([site]).length > 0)
  const own = sites.slice(0, module < 0 ? undefined : module)
  const [first] = own
  if (first === undefined || isNodes(first) || first.getFileName() === __filename) return undefined
  return own.filter((site) => !isNodes(site) && !site.isAsync()).map((site) => `${site.getScriptNameOrSourceURL() ?? ''}:${site.getLineNumber()}:${site.getColumnNumber()}`).join(' ')
}

function stackAbove(callee: (...args: never[]) => unknown): { readonly stack?: unknown } {
  const limit = Error.stackTraceLimit
  const stack: { readonly stack?: unknown } = {}
  Error.stackTraceLimit = DEPTH
  Error.captureStackTrace(stack, callee)
  Error.stackTraceLimit = limit
  return stack
}

/** Our function by which a `for await` of a module asks for its next value. */
export const STEP_OF_LOOP = 'stepOfLoop'
/** Our function around `cluster.fork`. */
export const FORK_OF_CLUSTER = 'forkOfCluster'
const PASSING_ON: ReadonlySet<string | null> = new Set([STEP_OF_LOOP, FORK_OF_CLUSTER])

/** Node's own code without the packages that come with it (`fetch` is one), what is built into the language (`new Promise`), and ours that only passes on. */
const isNodes = (site: NodeJS.CallSite): boolean =>
  /^node:(?!internal\/deps\/)/.test(site.getScriptNameOrSourceURL() ?? 'node:') || (site.getFileName() === __filename && PASSING_ON.has(site.getFunctionName()))

/** What this adds to a stream it adds once, for everybody who reads lines or keys there. */
const SHARED = 'node:internal/readline/emitKeypressEvents'

/** V8 formats a stack when it is read. */
function sitesOf(holder: { readonly stack?: unknown } | undefined): readonly NodeJS.CallSite[] {
  const before = Error.prepareStackTrace
  try {
    Error.prepareStackTrace = rawSites
    const stack: unknown = holder?.stack
    return Array.isArray(stack) ? stack : []
  } finally {
    Error.prepareStackTrace = before
  }
}

/** Modules on the way from `inner` out to `outer`, without these two. */
export const between = (places: readonly Place[], inner: ModuleName, outer: ModuleName): readonly ModuleName[] =>
  [...new Set(places.map((place) => place.module))].filter((module) => module !== inner && module !== outer)
