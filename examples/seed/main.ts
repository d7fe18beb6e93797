import * as m from './m'
import * as t from './t'

t.start()
m.start()
