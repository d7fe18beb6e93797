import fastq from 'fastq'
import { send } from './send'

const queue = fastq.promise(send, 1)

export const enqueue = (to: string): Promise<void> => queue.push(to)
export const waiting = (): number => queue.length()
