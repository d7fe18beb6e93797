/** Makes version records and hands out their slots in the trap array. */
import type { ModuleName, Version } from '../../protocol/ids'
import { frameList } from '../process/frames'
import { PURGED, TRAP_SLOTS, WAKE_SLOTS } from '../link'
import type { VersionRecord } from './version'

export class Versions {
  private next = 1
  private readonly free: number[] = []
  /** A slot is used again only when nothing of its version is left, not even a function kept as a value. */
  private readonly gone = new FinalizationRegistry<number>((slot) => {
    this.traps[slot] = 0
    this.free.push(slot)
  })

  constructor(private readonly traps: Int32Array, private readonly wake: Int32Array) {}

  make(module: ModuleName, version: Version, url: string): VersionRecord {
    const record: VersionRecord = { module, version, url, slot: this.take(), state: 'loading', frames: frameList() }
    if (record.slot !== 0) this.gone.register(record, record.slot)
    return record
  }

  private fresh(): number {
    const slot = this.next++
    Atomics.store(this.wake, WAKE_SLOTS, this.next)
    return slot
  }

  /** Slot 0 always traps; it serves the versions for which the array has no room. */
  private take(): number {
    const again = this.free.pop()
    if (again !== undefined) return again
    if (this.next < Math.min(TRAP_SLOTS, this.traps.length)) return this.fresh()
    this.traps[0] = PURGED
    return 0
  }
}
