import { start } from './t'
import { begin } from './u'

start()
begin()
