import assert from 'node:assert/strict'
import { rewrite } from '../../../src/compile/rewrite/rewrite'
import { Importers } from '../../../src/control/importers'
import { moduleName, version } from '../../../src/protocol/ids'
import type { ModuleName } from '../../../src/protocol/ids'
import type { PictureModule, Unit } from '../../../src/runtime/link'

function unit(name: string, text: string): Unit {
  const outcome = rewrite(text, { format: 'esm', file: `/p/${name}.js` })
  assert.ok(outcome.ok)
  const rewritten = outcome.value
  const links = rewritten.imports.map(({ specifier }) => (specifier.startsWith('./') ? { kind: 'module', module: moduleName(specifier.slice(2)) } as const : { kind: 'native', target: specifier } as const))
  return { module: moduleName(name), file: `/p/${name}.js`, hash: text, size: text.length, rewritten, map: undefined, strict: true, links, dynamic: {}, inlineMap: undefined }
}

/** One program: what each load of it says. */
class Program {
  readonly loaded = new Map<ModuleName, PictureModule>()
  readonly importers = new Importers({
    missing: ({ file, rewritten }, index, name, from, wasThere) =>
      ({ file, line: rewritten.imports[index]?.line ?? 0, column: 0, length: 0, severity: 'warning', source: 'link', message: `${file} ${wasThere ? 'still imports' : 'imports'} ${name} of ${from}` }),
  })

  constructor(texts: Readonly<Record<string, string>>) {
    this.load(texts)
  }

  /** What is new, told once. */
  load(texts: Readonly<Record<string, string>>): string[] {
    const before: PictureModule[] = []
    for (const [name, text] of Object.entries(texts)) {
      const known = this.loaded.get(moduleName(name))
      if (known !== undefined) before.push(known)
      this.importers.add(unit(name, text))
      this.set(name, text)
    }
    this.importers.changed(before, this.loaded)
    return this.importers.takeUntold().map(({ message }) => message)
  }

  set(name: string, text: string | undefined, lingering?: string): void {
    const at = (hash: string, processes: number): PictureModule['current'] => ({ version: version(1), hash, size: 0, loadedAt: 0, origin: 'start', processes })
    const current = text === undefined ? undefined : at(text, 0)
    this.loaded.set(moduleName(name), { name: moduleName(name), file: `/p/${name}.js`, sticky: false, current, old: lingering === undefined ? undefined : at(lingering, 1) })
  }

  problems(importer: string): string[] {
    return this.importers.problemsOf(moduleName(importer)).map(({ message, line }) => `${line}: ${message}`)
  }

  of(module: string): readonly string[] {
    return this.importers.of(moduleName(module), this.loaded)
  }
}

describe('imports that find nothing', () => {
  const routes = `import './other'\nimport { list, one as only } from './users'\nlist(only)`

  it('are told once, at the import, and are there until one of the two is repaired', () => {
    const program = new Program({ users: 'export const list = 1, one = 2', routes, other: '' })
    assert.deepEqual(program.load({ users: 'export const one = 2' }), ['/p/routes.js still imports list of users'])
    assert.deepEqual(program.load({ users: 'export const one = 3' }), [])
    assert.deepEqual(program.problems('routes'), ['2: /p/routes.js still imports list of users'])
    assert.deepEqual(program.load({ routes: `\n\n${routes}` }), [])
    assert.deepEqual(program.problems('routes'), ['4: /p/routes.js still imports list of users'])
    program.load({ users: 'export const list = 1, one = 2' })
    assert.deepEqual(program.problems('routes'), [])
    assert.deepEqual(program.load({ users: 'export const list = 1' }), ['/p/routes.js still imports one of users'])
    program.load({ routes: `import { list } from './users'` })
    assert.deepEqual(program.problems('routes'), [])
  })

  it('are none when both are loaded together', () => {
    const program = new Program({ users: 'export const list = 1, one = 2', routes })
    assert.deepEqual(program.load({ users: 'export const all = 1', routes: `import { all } from './users'` }), [])
  })

  it('are found behind export *, and where a module passes a name on', () => {
    const program = new Program({ users: 'export const list = 1', all: `export * from './users'`, named: `export { list as users } from './users'`, a: `import { list } from './all'`, b: `import { users } from './named'` })
    assert.deepEqual(program.load({ users: '' }), ['/p/named.js still imports list of users', '/p/a.js still imports list of all'])
    program.load({ all: `export * from './users'\nexport const list = 2` })
    assert.deepEqual([program.problems('a'), program.problems('named').length], [[], 1])
  })

  it('of a name that was never there are told of who is loaded, but not of types that are passed on', () => {
    const program = new Program({ users: 'export const list = 1', routes: '', types: '' })
    assert.deepEqual(program.load({ routes: `import { lst } from './users'`, types: `export { User } from './users'` }), ['/p/routes.js imports lst of users'])
  })

  it('are not guessed: a package behind export * may export anything', () => {
    const program = new Program({ users: `export const list = 1\nexport * from 'express'`, routes: `import { list } from './users'` })
    assert.deepEqual(program.load({ users: `export * from 'express'` }), [])
  })
})

describe('who imports a module', () => {
  it('is whose current code does, or old code in which somebody lingers', () => {
    const program = new Program({ users: '', a: `import './users'`, b: `export * from './users'`, c: '' })
    assert.deepEqual([program.of('users'), program.of('c')], [['a', 'b'], []])
    program.load({ a: '', b: '' })
    assert.deepEqual([program.of('users'), program.importers.wasImported(moduleName('users')), program.importers.wasImported(moduleName('c'))], [[], true, false])
    program.set('a', '', `import './users'`)
    assert.deepEqual(program.of('users'), ['a'])
  })
})
