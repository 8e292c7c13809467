// Prints a live book. It connects again by itself and says why it was closed; a key that is refused ends it.
//   GATEWAY_URL=ws://127.0.0.1:8765/ BROKER_GATEWAY_KEY=… node client.js [SYMBOL EXCHANGE]
// It needs the package ws: apt install node-ws, or npm install ws.
const WebSocket = require("ws");

const url = process.env.GATEWAY_URL || "ws://127.0.0.1:8765/";
const [symbol = "RELIANCE", exchange = "NSE"] = process.argv.slice(2);
let wait = 1000;

function connect() {
  const gateway = new WebSocket(url);
  gateway.on("open", () => {
    wait = 1000;
    gateway.send(JSON.stringify({ action: "authenticate", api_key: process.env.BROKER_GATEWAY_KEY }));
    gateway.send(JSON.stringify({ action: "subscribe", symbol, exchange, mode: 4, depth_level: 5 }));
  });
  gateway.on("message", (text) => {
    const message = JSON.parse(text);
    if (message.type !== "market_data") return console.log(message.code || message.type, message.message || "");
    const { ltp, depth } = message.data;
    console.log(symbol, ltp, JSON.stringify(depth.buy[0]), JSON.stringify(depth.sell[0]));
  });
  gateway.on("error", (error) => console.log(`error: ${error.message}`));
  gateway.on("close", (code, reason) => {
    console.log(`closed: ${code} ${reason}`); // 4401: the key; 4000: too slow; 1006: nobody said anything
    if (code === 4401) return process.exit(1);
    setTimeout(connect, wait);
    wait = Math.min(2 * wait, 30000);
  });
}

connect();
