import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { onConnection } from './connection'
import './heartbeat'
import { page } from './page'

const http = createServer(page)
new WebSocketServer({ server: http }).on('connection', onConnection)

http.listen(Number(process.env.PORT ?? 3000), () => {
  const address = http.address()
  console.log(`board on http://localhost:${typeof address === 'object' ? address?.port : address}`)
})
