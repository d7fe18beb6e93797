import './jobs'

console.log('the clock runs')
