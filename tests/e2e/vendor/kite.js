// Kite's own client (npm's kiteconnect) at a stand-in: kite.js ROOT API_KEY ACCESS_TOKEN MODE TOKEN…
// Prints "connected", then the ticks of each frame as one line of JSON.
const {KiteTicker} = require("kiteconnect")

const [root, api_key, access_token, mode, ...words] = process.argv.slice(2)
const tokens = words.map(Number)
const ticker = new KiteTicker({root, api_key, access_token, reconnect: false})
const fail = what => { console.log(`failed: ${what}`); process.exit(1) }

ticker.on("connect", () => {
  console.log("connected")
  ticker.subscribe(tokens)
  ticker.setMode(mode, tokens)
})
ticker.on("ticks", ticks => console.log(JSON.stringify(ticks)))
ticker.on("error", event => fail(event.message))
ticker.on("disconnect", () => fail("disconnected"))
process.on("SIGTERM", () => process.exit(0))
ticker.connect()
