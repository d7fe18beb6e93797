import { app } from './app'
import { config } from './config'

const server = app.listen(config.port, () => {
  const address = server.address()
  console.log(`${config.name} listens on http://localhost:${typeof address === 'object' ? address?.port : address}`)
})
