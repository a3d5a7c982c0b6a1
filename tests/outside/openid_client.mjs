// Go through every endpoint with openid-client, as its documentation shows. A line "go URL" asks the test to play the
// person's browser; the answer on standard input is where that was sent back to.
import { createInterface } from "node:readline/promises"
import * as client from "openid-client"

const { issuer, api, web, service } = JSON.parse(process.argv[2])
const terminal = createInterface({ input: process.stdin })
const oauth2 = { algorithm: "oauth2" }

const config = await client.discovery(new URL(issuer), web.id, undefined, client.ClientSecretBasic(web.secret), oauth2)
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const asked = client.buildAuthorizationUrl(config, {
  redirect_uri: web.callback,
  scope: "items:read items:write",
  resource: issuer,
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
})
console.log(`go ${asked}`)
const sentTo = new URL((await terminal[Symbol.asyncIterator]().next()).value)
const first = await client.authorizationCodeGrant(config, sentTo, { pkceCodeVerifier, expectedState })

const call = (token, method, body) =>
  client.fetchProtectedResource(config, token, new URL(`${api}/items`), method, body, new Headers({ "content-type": "application/json" }))
const made = await call(first.access_token, "POST", JSON.stringify({ name: "made by openid-client" }))
const listed = await (await call(first.access_token, "GET")).json()

const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: "items:read" })
const known = await client.tokenIntrospection(config, second.access_token)
await client.tokenRevocation(config, second.refresh_token)
const forgotten = await client.tokenIntrospection(config, second.access_token)

const robot = await client.discovery(new URL(issuer), service.id, service.secret, client.ClientSecretPost(), oauth2)
const own = await client.clientCredentialsGrant(robot, { scope: "items:read" })

console.log(
  JSON.stringify({
    made: made.status,
    listed: listed.items.map((item) => item.name),
    narrowed: second.scope,
    rotated: second.refresh_token !== first.refresh_token,
    known: known.active,
    forgotten: forgotten.active,
    own: own.scope,
  }),
)
terminal.close()
