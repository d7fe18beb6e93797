console.log('never started')
