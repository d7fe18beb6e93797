import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { checkName } from './auth'
import { onConnection } from './connection'

const http = createServer()
const io = new Server(http)

io.use(checkName)
io.on('connection', onConnection)

http.listen(Number(process.env.PORT ?? 3000), () => {
  const address = http.address()
  console.log(`chat on http://localhost:${typeof address === 'object' ? address?.port : address}`)
})
