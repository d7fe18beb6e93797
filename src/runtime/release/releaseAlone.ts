/** `release` in a program that runs with plain `node`: there is nothing that loads. */
import type { Release } from './releaseTypes'

const refuse = (): never => {
  throw new Error('There is no code server: run the program in VS Code or with `codeswitch run` to upgrade it')
}

export const releaseAlone: Release = {
  check: async () => refuse(), preview: async () => refuse(), run: async () => refuse(),
  makePermanent: async () => ['error', 'no_upgrade'],
}
