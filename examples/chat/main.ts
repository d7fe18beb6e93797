import * as app from './app'

await app.startLink()
