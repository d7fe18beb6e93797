/** Names of processes. A process has at most one; a name is free again as soon as its process has ended. */
import { BadArgError } from '../errors'
import { Pid } from './pid'
import type { Process } from './process'
import type { ProcessTable } from './processTable'

export class Registry {
  private readonly names = new Map<string, Process>()

  constructor(private readonly table: ProcessTable, private readonly onChange: () => void) {}

  register(name: string, pid: Pid): true {
    if (typeof name !== 'string' || name === '' || name === 'undefined') throw new BadArgError(`${String(name)} is no name for a process`)
    const process = pid instanceof Pid ? this.table.find(pid) : undefined
    if (process === undefined) throw new BadArgError(`register ${name}: ${String(pid)} is no living process`)
    if (this.names.has(name)) throw new BadArgError(`the name ${name} is taken`)
    if (process.registeredName !== undefined) throw new BadArgError(`${String(pid)} is already registered as ${process.registeredName}`)
    this.names.set(name, process)
    process.registeredName = name
    this.onChange()
    return true
  }

  unregister(name: string): true {
    const process = this.names.get(name)
    if (process === undefined) throw new BadArgError(`nobody is registered as ${name}`)
    this.free(process)
    this.onChange()
    return true
  }

  free(process: Process): void {
    if (process.registeredName === undefined) return
    this.names.delete(process.registeredName)
    process.registeredName = undefined
  }

  find(name: string): Process | undefined {
    return this.names.get(name)
  }

  registered(): string[] {
    return [...this.names.keys()]
  }
}
