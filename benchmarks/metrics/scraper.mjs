// Reads the page that it is told to, and says how long it was.
process.on('message', async (url) => process.send((await (await fetch(url)).text()).length))
