import { listen } from './server'

listen(Number(process.env.PORT ?? 3000))
