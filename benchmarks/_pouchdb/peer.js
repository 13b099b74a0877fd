// PouchDB as the peer of synchronisation: `serve FOLDER PORT`, `up FOLDER URL FILE`, `down FOLDER URL FILE`.
// FILE holds one JSON document a line. Prints seconds of the replication alone, as JSON.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import readline from "node:readline";

import express from "express";
import expressPouch from "express-pouchdb";
import PouchDB from "pouchdb";

const AT_ONCE = 1000;

async function fill(database, file) {
  let documents = [];
  let count = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    documents.push(JSON.parse(line));
    count += 1;
    if (documents.length === AT_ONCE) {
      await database.bulkDocs(documents);
      documents = [];
    }
  }
  if (documents.length) await database.bulkDocs(documents);
  return count;
}

async function timed(count, replicate) {
  const began = performance.now();
  const result = await replicate();
  const took = (performance.now() - began) / 1000;
  if (result.docs_written !== count) throw new Error(`${result.docs_written} of ${count} written`);
  console.log(JSON.stringify({ documents: count, seconds: took }));
}

function serve(folder, port) {
  const Stored = PouchDB.defaults({ prefix: folder + path.sep });
  const app = express();
  app.use("/", expressPouch(Stored, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: path.join(folder, "log.txt") }));
  http.createServer(app).listen(Number(port), "127.0.0.1", () => console.log("ready"));
}

async function up(folder, url, file) {
  const till = new PouchDB(path.join(folder, "till-up"));
  const count = await fill(till, file);
  await timed(count, () => till.replicate.to(`${url}/sales`, { batch_size: AT_ONCE }));
}

async function down(folder, url, file) {
  const count = await fill(new PouchDB(`${url}/members`), file);
  const till = new PouchDB(path.join(folder, "till-down"));
  await timed(count, () => till.replicate.from(`${url}/members`, { batch_size: AT_ONCE }));
}

const [what, ...rest] = process.argv.slice(2);
await { serve, up, down }[what](...rest);
