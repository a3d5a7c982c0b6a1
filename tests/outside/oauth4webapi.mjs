// Go through the code flow with oauth4webapi, which checks every answer by its RFC, as a public client. A line "go URL"
// asks the test to play the person's browser; the answer on standard input is where that was sent back to.
import { createInterface } from "node:readline/promises"
import * as oauth from "oauth4webapi"

const { issuer, api, native } = JSON.parse(process.argv[2])
const terminal = createInterface({ input: process.stdin })
const address = new URL(issuer)

// RFC 9728: the 401 of the API leads to its metadata, those to the authorization server.
const refused = await fetch(`${api}/me`)
const metadata = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate"))[1]
const resource = await oauth.processResourceDiscoveryResponse(address, await oauth.resourceDiscoveryRequest(address))
const as = await oauth.processDiscoveryResponse(
  new URL(resource.authorization_servers[0]),
  await oauth.discoveryRequest(new URL(resource.authorization_servers[0]), { algorithm: "oauth2" }),
)

const client = { client_id: native.id }
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const asked = new URL(as.authorization_endpoint)
asked.search = new URLSearchParams({
  response_type: "code",
  client_id: native.id,
  redirect_uri: native.callback,
  scope: "items:read",
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
})
console.log(`go ${asked}`)
const sentTo = new URL((await terminal[Symbol.asyncIterator]().next()).value)
const parameters = oauth.validateAuthResponse(as, client, sentTo, state)
const first = await oauth.processAuthorizationCodeResponse(
  as,
  client,
  await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), parameters, native.callback, verifier),
)

const request = new Request(`${api}/items`, { headers: { authorization: `Bearer ${first.access_token}` } })
const claims = await oauth.validateJwtAccessToken(as, request, issuer)
const read = await fetch(request)
const refreshed = await oauth.processRefreshTokenResponse(
  as,
  client,
  await oauth.refreshTokenGrantRequest(as, client, oauth.None(), first.refresh_token),
)
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), refreshed.refresh_token))
const after = await fetch(`${api}/items`, { headers: { authorization: `Bearer ${refreshed.access_token}` } })

console.log(
  JSON.stringify({
    metadata: metadata === `${issuer}/.well-known/oauth-protected-resource`,
    audience: claims.aud,
    client: claims.client_id === native.id,
    read: read.status,
    after: after.status,
  }),
)
terminal.close()
