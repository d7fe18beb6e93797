import { clients } from './clients'

/** Runs once a second however often this file is saved. */
setInterval(() => {
  for (const client of clients) client.ping('beat 1')
}, 1000)
