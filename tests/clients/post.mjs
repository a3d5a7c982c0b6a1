// Send a body several times with https.request and with fetch; print how often each status came back, as JSON.
// node post.mjs '{"url": ..., "headers": {...}, "size": 0, "chunked": true, "times": 3}'
import { request } from 'node:https'

const { url, headers, size, chunked, times } = JSON.parse(process.argv[2])
const body = Buffer.from(size ? 'x'.repeat(size) : '{"name": "lamp"}')
const length = chunked ? {} : { 'Content-Length': body.length }
const statuses = {}

function* chunks() {
  for (let start = 0; start < body.length; start += 16384) yield body.subarray(start, start + 16384)
}

function withRequest() {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', headers: { ...headers, ...length } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent.on('error', (error) => resolve(error.code ?? error.message))
    if (chunked) for (const chunk of chunks()) sent.write(chunk)
    sent.end(chunked ? undefined : body)
  })
}

async function withFetch() {
  const sent = chunked ? { body: ReadableStream.from(chunks()), duplex: 'half' } : { body }
  try {
    const response = await fetch(url, { method: 'POST', headers, ...sent })
    await response.text()
    return response.status
  } catch (error) {
    return error.cause?.code ?? error.message
  }
}

for (let time = 0; time < times; time++) {
  for (const status of [await withRequest(), await withFetch()]) statuses[status] = (statuses[status] ?? 0) + 1
}
console.log(JSON.stringify(statuses))
