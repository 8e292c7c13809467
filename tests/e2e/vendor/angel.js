// Angel's own client (npm's smartapi-javascript) at a stand-in: angel.js URL MODE EXCHANGE_TYPE:TOKEN…
// Prints "connected", then each tick as one line of JSON.
const {CONSTANTS, ACTION} = require("smartapi-javascript/config/constant")

const [url, mode, ...instruments] = process.argv.slice(2)
CONSTANTS.websocketURL = url
const {WebSocketV2} = require("smartapi-javascript")
const feed = new WebSocketV2({clientcode: "VENDOR", jwttoken: "jwt", apikey: "key", feedtype: "feed"})

feed.on("tick", tick => { if (tick !== "pong") console.log(JSON.stringify(tick)) })
feed.customError()
process.on("SIGTERM", () => process.exit(0))
feed.connect().then(() => {
  console.log("connected")
  for (const instrument of instruments) {
    const [type, token] = instrument.split(":")
    feed.fetchData({correlationID: "abcde12345", action: ACTION.Subscribe, mode: Number(mode),
                    exchangeType: Number(type), tokens: [token]})
  }
}).catch(event => { console.log(`failed: ${event.message}`); process.exit(1) })
