import type { Host } from '../host/host'
import type { CodeswitchApi } from './api'
import { askHost } from './askHost'

export const createApi = (host: Host): CodeswitchApi => ({
  version: 1,
  snapshot: () => host.snapshot,
  onDidChange: (listener, thisArgs, disposables) => {
    const subscription = host.onDidChange((snapshot) => void listener.call(thisArgs, snapshot))
    disposables?.push(subscription)
    return subscription
  },
  load: (names) => askHost(host, 'load', { modules: names, origin: 'command', force: names !== undefined }),
  purge: (name) => askHost(host, 'purge', { module: name, soft: false }),
  softPurge: (name) => askHost(host, 'purge', { module: name, soft: true }),
})
