import { createServer } from 'node:http'
import { beat } from './heartbeat'
import { logger } from './logger'
import { answer } from './requests'

setInterval(beat, Number(process.env.BEAT ?? 10_000))

const server = createServer((request, response) => answer(request, response))
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address()
  if (typeof address === 'object') logger.info(`listening on http://localhost:${address?.port}`)
})
