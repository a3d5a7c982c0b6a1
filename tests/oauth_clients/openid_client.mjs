// Call every endpoint with openid-client, as its documentation shows. A line "go URL" asks the test to open the URL as
// the user's browser; the test writes the redirect URL to standard input.
import { createInterface } from "node:readline/promises"
import * as client from "openid-client"

const { issuer, api, web, service } = JSON.parse(process.argv[2])
const terminal = createInterface({ input: process.stdin })
const oauth2 = { algorithm: "oauth2" }

const config = await client.discovery(new URL(issuer), web.id, undefined, client.ClientSecretBasic(web.secret), oauth2)
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const authorizationUrl = client.buildAuthorizationUrl(config, {
  redirect_uri: web.callback,
  scope: "items:read items:write",
  resource: issuer,
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
})
console.log(`go ${authorizationUrl}`)
const redirected = new URL((await terminal[Symbol.asyncIterator]().next()).value)
const first = await client.authorizationCodeGrant(config, redirected, { pkceCodeVerifier, expectedState })

const call = (token, method, body) =>
  client.fetchProtectedResource(config, token, new URL(`${api}/items`), method, body, new Headers({ "content-type": "application/json" }))
const created = await call(first.access_token, "POST", JSON.stringify({ name: "created by openid-client" }))
const listed = await (await call(first.access_token, "GET")).json()

const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: "items:read" })
const introspected = await client.tokenIntrospection(config, second.access_token)
await client.tokenRevocation(config, second.refresh_token)
const revoked = await client.tokenIntrospection(config, second.access_token)

const machine = await client.discovery(new URL(issuer), service.id, service.secret, client.ClientSecretPost(), oauth2)
const own = await client.clientCredentialsGrant(machine, { scope: "items:read" })

console.log(
  JSON.stringify({
    created: created.status,
    listed: listed.items.map((item) => item.name),
    narrowed: second.scope,
    rotated: second.refresh_token !== first.refresh_token,
    active: introspected.active,
    active_after_revocation: revoked.active,
    own: own.scope,
  }),
)
terminal.close()
