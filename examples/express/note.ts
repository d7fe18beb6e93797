import { config } from './config'

export class Note {
  readonly at = new Date()

  constructor(readonly id: number, readonly text: string) {}

  get short(): string {
    return this.text.length > config.longest ? `${this.text.slice(0, config.longest)}…` : this.text
  }

  toJSON(): object {
    return { id: this.id, text: this.short }
  }
}
