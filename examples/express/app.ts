import express from 'express'
import { config } from './config'
import { answerErrors } from './middleware/answerErrors'
import { stamp } from './middleware/stamp'
import { notes } from './routes/notes'

/** `config` is read here, when the app is made: saving it makes the app anew. */
export const app = express()
app.set('json spaces', 0)
app.set('name', config.name)

app.use(express.json())
app.use(stamp)
app.get('/', (request, response) => { response.send(`${request.app.get('name')} is up`) })
app.use('/notes', notes)
app.use(answerErrors)
