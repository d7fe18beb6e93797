import type { ProcessPage } from '../../protocol/snapshot'

export const PAGE = 200

export interface PagedProcessesOptions {
  /** The page that came with the last snapshot. */
  snapshot(): ProcessPage
  /** The first `limit` processes; undefined when the host is down. */
  request(limit: number): Promise<ProcessPage | undefined>
  changed(): void
}

/**
 * As many processes as the person asked for. Up to the length of the snapshot's page nothing is requested; beyond it one
 * request is open at a time, and what changed meanwhile is one more request.
 */
export class PagedProcesses {
  private limit = PAGE
  private fetched: ProcessPage | undefined
  private busy = false
  private again = false

  constructor(private readonly options: PagedProcessesOptions) {}

  get page(): ProcessPage {
    const own = this.options.snapshot()
    const page = this.suffices(own) ? own : this.fetched ?? own
    return page.items.length <= this.limit ? page : { ...page, items: page.items.slice(0, this.limit) }
  }

  more(): void {
    this.limit = Math.max(this.limit, this.page.items.length) + PAGE
    this.refresh()
  }

  refresh(): void {
    if (this.suffices(this.options.snapshot())) this.options.changed()
    else if (this.busy) this.again = true
    else void this.fetch()
  }

  private suffices(page: ProcessPage): boolean {
    return page.items.length >= Math.min(this.limit, page.single ?? page.total)
  }

  private async fetch(): Promise<void> {
    this.busy = true
    this.fetched = await this.options.request(this.limit) ?? this.fetched
    this.busy = false
    this.options.changed()
    if (this.again) {
      this.again = false
      this.refresh()
    }
  }
}
