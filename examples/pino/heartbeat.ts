import { logger } from './logger'

export function beat(): void {
  logger.debug('still here')
}
